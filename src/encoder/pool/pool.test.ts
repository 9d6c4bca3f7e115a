import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { EncoderInput } from '../encoder.ts';
import { texts } from '../testing/texts.ts';
import { tinyTextModel } from '../testing/tinyModels.ts';
import { createEncoderPool, type EncoderPool } from './pool.ts';

const asInputs = (rows: readonly string[]): EncoderInput[] => rows.map((text) => ({ kind: 'text', text }));
async function withPool<T>(options: Parameters<typeof createEncoderPool>[0], use: (pool: EncoderPool) => Promise<T>): Promise<T> {
  const pool = await createEncoderPool(options);
  try {
    return await use(pool);
  } finally {
    await pool.close();
  }
}

describe('a pool of scoring threads', () => {
  it('gives the same results whatever the threads, the batch and the order', async () => {
    const modelDir = join(import.meta.dirname, '../../../models/text');
    const inputs = asInputs([...texts.slice(0, 10), ...texts.slice(0, 8)]);
    const one = await withPool({ modelDir, threads: 1 }, (pool) => pool.score(inputs));
    expect(one.every((row) => row.heads.length === 8)).toBe(true);
    const three = await withPool({ modelDir, threads: 3, batch: 5 }, async (pool) => {
      const parts = await Promise.all(inputs.toReversed().map((input) => pool.score([input])));
      return parts.flat().toReversed();
    });
    expect(three).toEqual(one);
  });

  it('names the row that fails in the engine, and scores its neighbours', async () => {
    const modelDir = await tinyTextModel();
    const rows = ['so sad', 'so crash', 'very glad', 'crash', '.'];
    const results = await withPool({ modelDir }, (pool) => pool.score(asInputs(rows)));
    expect(results.map((row) => row.error)).toEqual([null, 'engine-failed', null, 'engine-failed', null]);
    expect(results[1]).toEqual({ tokens: 4, heads: [], error: 'engine-failed' });
  });

  it('refuses a text that is empty or longer than the model takes, and cuts none', async () => {
    const modelDir = await tinyTextModel({ maxTokens: 6 });
    const rows = ['', ' \n', '\u200b', 'so so so so', 'so so so so so'];
    const results = await withPool({ modelDir }, (pool) => pool.score(asInputs(rows)));
    expect(results.map((row) => row.error)).toEqual(['text-empty', 'text-empty', 'text-empty', null, 'text-too-long']);
    expect(results.map((row) => row.tokens)).toEqual([null, null, 2, 6, 7]);
  });

  it('gives numbers and evidence that can be worked out by hand', async () => {
    const [row] = await withPool({ modelDir: await tinyTextModel() }, async (pool) => pool.score(asInputs(['so very sadly .'])));
    // [CLS] so very sad ##ly . [SEP]: the mean of the words' own over seven tokens.
    const [glad, sad] = [(1.1 * (2 + 3 - 8 + 1)) / 7, (1.1 * (2 + 3 + 16 + 4 + 1)) / 7];
    const head = row?.heads[0];
    expect(head?.scores.glad).toBeCloseTo(1 / (1 + Math.exp(-glad)), 6);
    expect(head?.scores.sad).toBeCloseTo(1 / (1 + Math.exp(-sad)), 6);
    expect(head?.decision).toEqual(['sad']);
    expect(head?.evidence).toEqual({ sad: [[8, 13]] });
  });

  it('may be closed by several at once, and again', async () => {
    const pool = await createEncoderPool({ modelDir: await tinyTextModel() });
    const scored = pool.score(asInputs(Array.from({ length: 500 }, () => 'so very sadly .'))).catch((error) => error.code);
    expect(await Promise.all([pool.close(), pool.close(), scored])).toEqual([undefined, undefined, 'interrupted']);
    await pool.close();
  });

  it('says why a model cannot be opened', async () => {
    const broken = await tinyTextModel({ change: (manifest) => Object.assign(manifest, { graph: 'tokenizer.json' }) });
    await expect(createEncoderPool({ modelDir: broken, threads: 2 })).rejects.toMatchObject({ code: 'bad-model' });
    await expect(createEncoderPool({ modelDir: '/nowhere/at/all' })).rejects.toMatchObject({ code: 'unknown-model' });
  });

  it('ends within a run of the graph and leaves the process whole', async () => {
    const modelDir = join(import.meta.dirname, '../../../models/text');
    const clock = await createEncoderPool({ modelDir });
    for (const words of [400, 600]) {
      const pool = await createEncoderPool({ modelDir });
      const long = expect(pool.score(asInputs(['so sad '.repeat(3_000)]))).rejects.toMatchObject({ code: 'interrupted' });
      // A shorter run elsewhere tells that the long one has begun and is not over.
      await clock.score(asInputs(['so sad '.repeat(words / 2)]));
      await pool.close();
      await long;
    }
    await clock.close();
  });

  it('lets go of what is under way when it is closed', async () => {
    const pool = await createEncoderPool({ modelDir: await tinyTextModel() });
    const scoring = expect(pool.score(asInputs(Array<string>(1_000).fill('so sad')))).rejects.toMatchObject({ code: 'interrupted' });
    await pool.close();
    await scoring;
    await expect(pool.score(asInputs(['so']))).rejects.toMatchObject({ code: 'interrupted' });
  });
});
