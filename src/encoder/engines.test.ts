import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { E4Window } from './e4/window.ts';
import type { Encoder, EncoderInput, EncoderResult } from './encoder.ts';
import { openModel } from './model.ts';
import { openEncoder } from './open.ts';
import { runtimeVersions } from './runtime.ts';
import { texts } from './testing/texts.ts';

/** The tolerance that docs/reproducibility.md states, between engines, in probability and in levels of severity. */
const tolerance = 1e-4;
const models = join(import.meta.dirname, '../../models');
const opened: Encoder[] = [];
afterAll(async () => {
  for (const encoder of opened) await encoder.release();
});

async function open(name: string, engine: 'native' | 'wasm'): Promise<Encoder> {
  const encoder = await openEncoder(await openModel(join(models, name)), engine, 32);
  opened.push(encoder);
  return encoder;
}

interface Golden {
  rates: Record<string, number>;
  decimals: Record<string, number>;
  tolerance: number;
  windows: ({ missing?: { signal: string; from: number; to: number }[]; stress: number[]; state: number[] } & Record<string, Wave>)[];
}
type Wave = { offset: number[]; waves: [number, number, number][][] };

/** The window that a formula of the golden file describes. */
function windowOf(golden: Golden, row: Golden['windows'][number]): E4Window {
  const window: E4Window = { index: 0, startMs: 0, endMs: 60_000, signals: {}, present: {} };
  for (const [name, rate] of Object.entries(golden.rates)) {
    const { offset, waves } = row[name] as Wave;
    const power = 10 ** (golden.decimals[name] ?? 0);
    const values = new Float32Array(60 * rate * offset.length);
    const quarters = new Float32Array(240).fill(1);
    for (const gap of row.missing ?? []) if (gap.signal === name) quarters.fill(0, gap.from, gap.to);
    for (let i = 0; i < 60 * rate; i++) {
      if (quarters[Math.floor((i * 4) / rate)] === 0) continue;
      offset.forEach((base, channel) => {
        let x = base;
        for (const [amplitude, hertz, phase] of waves[channel] ?? []) x += amplitude * Math.sin((2 * Math.PI * hertz * i) / rate + phase);
        values[i * offset.length + channel] = Math.floor(x * power + 0.5) / power;
      });
    }
    window.signals[name] = { values, quarters };
    window.present[name] = quarters.reduce((sum, share) => sum + share, 0) / 240;
  }
  return window;
}
const goldenE4 = JSON.parse(await readFile(join(models, 'e4/golden.json'), 'utf8')) as Golden;
const windows: EncoderInput[] = goldenE4.windows.map((row) => ({ kind: 'window', window: windowOf(goldenE4, row) }));
const posts: EncoderInput[] = texts.slice(0, 10).map((text) => ({ kind: 'text', text }));

/** Largest difference of any number, and how many decisions differ. */
function compare(a: readonly EncoderResult[], b: readonly EncoderResult[]): { drift: number; flips: number } {
  let drift = 0;
  let flips = 0;
  a.forEach((row, k) => {
    row.heads.forEach((head, h) => {
      const other = b[k]?.heads[h];
      if (JSON.stringify(other?.decision) !== JSON.stringify(head.decision)) flips += 1;
      const theirs = Object.values(other?.scores ?? {}).flat();
      Object.values(head.scores)
        .flat()
        .forEach((x, at) => {
          drift = Math.max(drift, Math.abs(x - (theirs[at] ?? Number.NaN)));
        });
    });
  });
  return { drift, flips };
}

describe.each([
  ['text', posts],
  ['e4', windows],
] as const)('the model %s', (name, inputs) => {
  it('scores alike on both engines, within the tolerance, and decides the same', async () => {
    const native = await (await open(name, 'native')).score(inputs);
    const wasm = await (await open(name, 'wasm')).score(inputs);
    expect([...native, ...wasm].every((row) => row.error === null && row.heads.length === 2)).toBe(true);
    const { drift, flips } = compare(native, wasm);
    expect(drift).toBeLessThan(tolerance);
    expect(flips).toBe(0);
  });

  it('gives the same bits on the WebAssembly engine alone and in a batch', async () => {
    const wasm = await open(name, 'wasm');
    const few = inputs.slice(0, 6);
    const together = await wasm.score(few);
    const alone: EncoderResult[] = [];
    for (const input of few) alone.push(...(await wasm.score([input])));
    expect(alone).toEqual(together);
  });
});

describe('the model of recordings', () => {
  it('gives what its training wrote down, alone and in batches of any size', async () => {
    const model = await openModel(join(models, 'e4'));
    const [all, three] = [await openEncoder(model, 'native', 32), await openEncoder(model, 'native', 3)];
    opened.push(all, three);
    const expected = await all.score(windows);
    expect(await three.score(windows)).toEqual(expected);
    for (const [k, input] of windows.entries()) expect(await all.score([input])).toEqual([expected[k]]);
    const head = model.manifest.heads.find((each) => each.name === 'stress');
    if (head?.type !== 'binary') throw new Error('The head stress is binary.');
    goldenE4.windows.forEach((row, k) => {
      const p = expected[k]?.heads.find((each) => each.head === 'stress')?.scores.stress as number;
      const logit = (Math.log(p / (1 - p)) - (head.calibration.b[0] ?? 0)) / (head.calibration.a[0] ?? 1);
      expect(Math.abs(logit - (row.stress[0] ?? Number.NaN))).toBeLessThan(1e-3);
    });
  });

  it('gives an error and no numbers where too little was recorded', async () => {
    const [input] = windows;
    if (input?.kind !== 'window') throw new Error('The input is a window.');
    const faint = { ...input.window, present: { BVP: 0.4, ACC: 0.4, EDA: 0.4, TEMP: 0.4 } };
    const [result] = await (await open('e4', 'native')).score([{ kind: 'window', window: faint }]);
    expect(result).toEqual({ tokens: null, heads: [], error: 'too-little-signal' });
  });
});

describe('the versions of an engine', () => {
  it.each(['native', 'wasm'] as const)('%s are known', async (engine) => {
    const versions = await runtimeVersions(engine);
    expect(versions.engine).toBe(engine);
    expect(versions.onnxruntime).toMatch(/^1\./);
  });
});
