import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openModel } from './model.ts';
import { type Dense, type Graph, openGraph } from './runtime.ts';
import { texts } from './testing/texts.ts';
import { tinyTextModel } from './testing/tinyModels.ts';
import { openTokenizer, type Tokenizer } from './text/tokenizer.ts';

const models = join(import.meta.dirname, '../../models');
const heads = ['emotion', 'crisis', 'loneliness', 'affect'] as const;
let graph: Graph;
let tokenizer: Tokenizer;

beforeAll(async () => {
  const model = await openModel(join(models, 'text'));
  graph = await openGraph(model.graphPath, 'native');
  tokenizer = await openTokenizer(model.dir);
});
afterAll(() => graph.release());

/** Feeds of rows padded to `width`, in blocks of `block`. */
function feedsOf(rows: readonly (readonly number[])[], width: number, block: number): Record<string, Dense> {
  const ids = new BigInt64Array(rows.length * width);
  const mask = new BigInt64Array(rows.length * width);
  rows.forEach((row, place) => {
    row.forEach((id, t) => {
      ids[place * width + t] = BigInt(id);
      mask[place * width + t] = 1n;
    });
  });
  const dims = [rows.length, width];
  return {
    input_ids: { data: ids, dims },
    attention_mask: { data: mask, dims },
    block: { data: BigInt64Array.of(BigInt(block)), dims: [1] },
  };
}
const up = (n: number, multiple: number): number => Math.ceil(n / multiple) * multiple;

/** The bits of a row's logits, all heads after one another. */
async function bitsOf(on: Graph, rows: readonly (readonly number[])[], width: number, block: number, names: readonly string[] = heads) {
  const outputs = await on.run(feedsOf(rows, width, block));
  return rows.map((_, place) =>
    names.flatMap((name) => {
      const logits = outputs[name]?.data ?? new Float32Array();
      const n = logits.length / rows.length;
      return [...new Uint32Array(logits.slice(place * n, (place + 1) * n).buffer)];
    }),
  );
}

describe('the bits of a score of the text model', () => {
  const short = texts.slice(0, 8);

  async function alone(ids: readonly number[]): Promise<number[]> {
    return (await bitsOf(graph, [ids], up(ids.length, 16), up(ids.length, 16)))[0] as number[];
  }

  it('are there at all', async () => {
    const bits = await alone(tokenizer.encode(texts[1] as string));
    expect(bits).toHaveLength(40);
    expect(new Set(bits).size).toBeGreaterThan(30);
  });

  it('are the same alone, among neighbours, in any order and with more padding', async () => {
    const rows = short.map((text) => tokenizer.encode(text));
    const expected = await Promise.all(rows.map(alone));
    const width = up(Math.max(...rows.map((row) => row.length)), 16);
    for (const padded of [width, width + 16, width + 64]) {
      expect(await bitsOf(graph, rows, padded, padded)).toEqual(expected);
      expect(await bitsOf(graph, rows.toReversed(), padded, padded)).toEqual(expected.toReversed());
    }
    for (const [k, row] of rows.entries()) {
      const copies = await bitsOf(graph, Array<number[]>(3).fill(row), up(row.length, 16), up(row.length, 16));
      expect(copies).toEqual([expected[k], expected[k], expected[k]]);
    }
  });

  it('are the same in the chunked form of long texts', async () => {
    const rows = texts.slice(9).map((text) => tokenizer.encode(text));
    expect(Math.min(...rows.map((row) => row.length))).toBeGreaterThan(256);
    const expected: number[][] = [];
    for (const row of rows) expected.push(...(await bitsOf(graph, [row], up(row.length, 128), 128)));
    const width = up(Math.max(...rows.map((row) => row.length)), 128);
    expect(await bitsOf(graph, rows, width, 128)).toEqual(expected);
    expect(await bitsOf(graph, rows.toReversed(), width + 256, 128)).toEqual(expected.toReversed());
  });

  it('are those of the file that the training wrote, within float32 rounding', async () => {
    type Golden = { text: string; tokens: number; logits: Record<(typeof heads)[number], number[]> };
    const golden = JSON.parse(await readFile(join(models, 'text/golden.json'), 'utf8')) as Golden[];
    for (const { text, tokens, logits } of golden.filter((row) => row.tokens > 2)) {
      const ids = tokenizer.encode(text);
      const [width, block] = tokens <= 256 ? [up(tokens, 16), up(tokens, 16)] : [up(tokens, 128), 128];
      const outputs = await graph.run(feedsOf([ids], width, block));
      for (const head of heads) {
        logits[head].forEach((logit, k) => {
          expect(Math.abs((outputs[head]?.data[k] ?? Number.NaN) - logit)).toBeLessThan(1e-3);
        });
      }
    }
  });
});

describe('the comparison of bits', () => {
  it('sees a model that rounds by the largest value of its batch', async () => {
    const rows = [
      [2, 7, 3],
      [2, 5, 4, 9, 3],
      [2, 6, 6, 8, 3],
    ];
    const difference = async (scaleByBatch: boolean): Promise<number> => {
      const tiny = await openGraph((await openModel(await tinyTextModel({ scaleByBatch }))).graphPath, 'native');
      const together = await bitsOf(tiny, rows, 8, 8, ['moods']);
      let changed = 0;
      for (const [k, row] of rows.entries()) {
        const bits = (await bitsOf(tiny, [row], 8, 8, ['moods']))[0];
        if (JSON.stringify(bits) !== JSON.stringify(together[k])) changed += 1;
      }
      await tiny.release();
      return changed;
    };
    expect(await difference(false)).toBe(0);
    expect(await difference(true)).toBeGreaterThan(0);
  });

  it('sees the text model run in the form for long texts', async () => {
    const ids = tokenizer.encode(texts[8] as string);
    const width = up(ids.length, 128);
    const [proper] = await bitsOf(graph, [ids], up(ids.length, 16), up(ids.length, 16));
    const [chunked] = await bitsOf(graph, [ids], width, 128);
    expect(chunked).not.toEqual(proper);
  });
});
