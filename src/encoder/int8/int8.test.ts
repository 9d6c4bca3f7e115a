import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { EncoderResult } from '../encoder.ts';
import { openModel } from '../model.ts';
import { createEncoderPool } from '../pool/pool.ts';
import { tinyInt8Model } from '../testing/tinyInt8Model.ts';
import { tinyTextModel, tinyWords } from '../testing/tinyModels.ts';
import { quantise, roundHalfEven } from './quantise.ts';
import { buildInt8, int8Weights } from './weights.ts';

async function score(modelDir: string, texts: string[], options: { precision?: 'int8'; engine?: 'native' | 'wasm'; batch?: number } = {}) {
  const pool = await createEncoderPool({ modelDir, ...options });
  try {
    return await pool.score(texts.map((text) => ({ kind: 'text', text })));
  } finally {
    await pool.close();
  }
}
const logit = (result: EncoderResult | undefined, label: string) => {
  const p = result?.heads[0]?.scores[label] as number;
  return Math.log(p / (1 - p));
};

describe('rounding to int8', () => {
  it.each([
    [0.5, 0],
    [1.5, 2],
    [2.5, 2],
    [-0.5, 0],
    [-1.5, -2],
    [2.4999999, 2],
    [-2.51, -3],
  ])('takes %d to %d', (x, expected) => {
    expect(roundHalfEven(x) + 0).toBe(expected);
  });

  it('reads fp16, scales by column and holds to 63', () => {
    // 1, -2, the smallest subnormal, 65504.
    const halfs = new Uint8Array(Uint16Array.of(0x3c00, 0xc000, 0x0001, 0x7bff).buffer);
    expect([...quantise(halfs, [0.5, 1])]).toEqual([2, -2, 0, 63]);
    expect([...quantise(halfs, [2 ** -24, 0.01])]).toEqual([63, -63, 1, 63]);
    expect([...quantise(halfs, [0.5, 1], { '0': 0.25 })]).toEqual([8, -8, 0, 63]);
    expect(() => quantise(new Uint8Array(Uint16Array.of(0x7c00).buffer), [1])).toThrow(RangeError);
  });
});

describe('int8 weights', () => {
  it('are built tensor after tensor, each at a multiple of 64 bytes', async () => {
    const dir = await tinyInt8Model();
    const { manifest } = await openModel(dir);
    const bytes = await buildInt8(dir, manifest.int8 as NonNullable<typeof manifest.int8>);
    expect(bytes).toHaveLength(128);
    const signed = [...new Int8Array(bytes.buffer, bytes.byteOffset, 20)];
    expect(signed).toEqual(Object.values(tinyWords).flatMap(([glad, sad]) => [Math.max(-63, Math.min(63, glad * 4)), sad * 2]));
    expect([...bytes.subarray(64, 69)]).toEqual([0, 0, 0, 0, 0]);
  });

  it('are divided by the factors of their rows', async () => {
    const very = Object.keys(tinyWords).indexOf('very');
    const dir = await tinyInt8Model((manifest) => Object.assign(manifest.int8?.built_from[0] ?? {}, { factors: { [very]: 0.5 } }));
    const { manifest } = await openModel(dir);
    const bytes = await buildInt8(dir, manifest.int8 as NonNullable<typeof manifest.int8>);
    // [3, 3] in steps of .25 and .5, of a factor of .5; beside it [1, 1], which has none.
    expect([...new Int8Array(bytes.buffer, bytes.byteOffset + very * 2, 4)]).toEqual([24, 12, 4, 2]);
  });

  it('are kept, and built again where what was kept is damaged', async () => {
    const dir = await tinyInt8Model();
    const model = await openModel(dir, 'int8');
    const first = await int8Weights(model);
    const [name] = await readdir(join(dir, '.cache'));
    const path = join(dir, '.cache', name as string);
    await writeFile(path, 'damaged');
    expect((await int8Weights(model)).weights.data).toEqual(first.weights.data);
    expect(await readFile(path)).toEqual(Buffer.from(first.weights.data));
  });

  it('are refused where they have not the hash that was stated, or their parts do not fit', async () => {
    const other = await openModel(await tinyInt8Model((manifest) => Object.assign(manifest.int8 ?? {}, { sha256: 'aa' })), 'int8');
    await expect(int8Weights(other)).rejects.toMatchObject({ code: 'bad-model', place: { what: 'int8.bin' } });
    const short = await tinyInt8Model((manifest) => Object.assign(manifest.int8?.built_from[0] ?? {}, { rows: 7 }));
    await expect(int8Weights(await openModel(short, 'int8'))).rejects.toMatchObject({ place: { field: 'int8.built_from.0' } });
    const gone = await tinyInt8Model();
    await rm(join(gone, 'onnx/weights.bin'));
    await expect(int8Weights(await openModel(gone, 'int8'))).rejects.toMatchObject({ code: 'bad-model' });
  });
});

describe('the int8 form', () => {
  it('has a name of its own, and leaves that of the fp32 form as it was', async () => {
    const dir = await tinyInt8Model();
    const [full, low] = [await openModel(dir), await openModel(dir, 'int8')];
    expect(low.modelId).not.toBe(full.modelId);
    expect(full.modelId).toBe((await openModel(await tinyTextModel())).modelId);
    const looser = await openModel(await tinyInt8Model((manifest) => Object.assign(manifest.int8?.guards ?? {}, { sat_glad: 9 })), 'int8');
    expect(looser.modelId).not.toBe(low.modelId);
    await expect(openModel(await tinyTextModel(), 'int8')).rejects.toMatchObject({ code: 'no-int8-form' });
  });

  it.each(['native', 'wasm'] as const)('computes from the built weights on the engine %s, the same in any batch', async (engine) => {
    const dir = await tinyInt8Model();
    const texts = ['so', 'so very .', 'very', '.'];
    const results = await score(dir, texts, { precision: 'int8', engine });
    // [CLS] so [SEP]: the mean over three tokens.
    expect(logit(results[0], 'glad')).toBeCloseTo(2 / 3, 6);
    expect(results[0]?.low).toEqual({
      precision: 'int8',
      counters: { names: ['sat_glad', 'loss_sad'], values: Float32Array.of(2 / 3, 2 / 3) },
    });
    for (const [k, text] of texts.entries()) expect(await score(dir, [text], { precision: 'int8', engine })).toEqual([results[k]]);
  });

  it('gives way to fp32 beyond a limit, row by row, says why and keeps the counters', async () => {
    const dir = await tinyInt8Model((manifest) => Object.assign(manifest.int8?.guards ?? {}, { sat_glad: 4, loss_sad: 4.5 }));
    const texts = ['so', 'glad', 'sad'];
    const results = await score(dir, texts, { precision: 'int8' });
    expect(results.map((row) => [row.low?.precision, row.low?.fallback])).toEqual([
      ['int8', undefined],
      ['fp32', 'saturation'],
      ['fp32', 'loss'],
    ]);
    const full = await score(dir, texts);
    expect(results[1]?.heads).toEqual(full[1]?.heads);
    expect(results[0]?.heads).not.toEqual(full[0]?.heads);
    // 16 is held to 63 steps of 0.25.
    expect(results[1]?.low?.counters.values[0]).toBeCloseTo(63 / 4 / 3, 5);
  });

  it('gives way to fp32 where a decision lies within the margin of its limit', async () => {
    const withMargin = (margin: number) => tinyInt8Model((manifest) => Object.assign(manifest.int8 ?? {}, { margins: { moods: margin } }));
    // sigmoid(2 / 3) is .061 from the threshold.
    const [wide, close] = [await withMargin(0.07), await withMargin(0.05)];
    const [near] = await score(wide, ['so'], { precision: 'int8' });
    expect([near?.low?.precision, near?.low?.fallback]).toEqual(['fp32', 'margin']);
    expect(near?.heads).toEqual((await score(wide, ['so']))[0]?.heads);
    expect((await score(close, ['so'], { precision: 'int8' }))[0]?.low?.fallback).toBeUndefined();
    expect((await openModel(wide, 'int8')).modelId).not.toBe((await openModel(close, 'int8')).modelId);
  });
});
