import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openModel } from '../../src/encoder/model.ts';
import { createEncoderPool, type PoolOptions } from '../../src/encoder/pool/pool.ts';
import { texts } from '../../src/encoder/testing/texts.ts';
import { changedRows } from './changed-rows.ts';
import { eightBits } from './eight-bits.ts';
import { noEmulator, printedBits } from './other-processors.ts';
import { fixedRows, PRINTED } from './printed-bits.ts';
import { type Graph, openRunner, type Runner, type Widths } from './row-bits.ts';
import { writeUsualGraph } from './usual-graph.ts';

const modelDir = join(import.meta.dirname, '../../models/text');
const none = { batch: 0, order: 0, padding: 0, copies: 0 };
const emulator = noEmulator();
let graph: Graph;
let low: Graph;
/** The graph for a text by itself, whose weights lie in the other one's file. */
let single: Graph;
let widths: Widths;
let alone: Runner;

beforeAll(async () => {
  const model = await openModel(modelDir);
  if (model.manifest.input.kind !== 'text') throw new Error('models/text reads texts');
  graph = { path: model.graphPath };
  low = await eightBits(modelDir);
  single = { path: model.alone?.path ?? '', weights: basename(model.graphPath) };
  widths = model.manifest.input;
  alone = await openRunner(graph, widths);
});
afterAll(async () => {
  await alone.close();
  await rm(dirname(low.path), { recursive: true });
});

describe('a row has the same bits', () => {
  const short = fixedRows([2, 3, 5, 8, 9, 13, 16, 21, 24, 31, 40, 55]);
  const long = fixedRows([257, 300, 400]);

  it('alone, in any batch and order, with more padding and beside copies of itself', async () => {
    expect(await changedRows(alone, alone, short)).toEqual({ rows: short.length, ...none });
    expect(await changedRows(alone, alone, long, 3)).toEqual({ rows: long.length, ...none });
  });

  it('with two threads', async () => {
    const two = await openRunner(graph, widths, 'native', 2);
    expect(await changedRows(alone, two, short)).toEqual({ rows: short.length, ...none });
    expect(await changedRows(alone, two, long, 3)).toEqual({ rows: long.length, ...none });
    await two.close();
  });

  it.each([1, 2, 4])('in the graph for a text by itself, with any padding and %i threads', async (threads) => {
    const { manifest } = await openModel(modelDir);
    expect(manifest.alone?.up_to).toBe(128);
    const rows = fixedRows([3, 4, 5, 6, 7, 8, 9, 13, 16, 17, 31, 40, 64, 65, 99, 110, 125, 128]);
    const one = await openRunner(single, widths, 'native', threads);
    for (const row of rows) {
      const bits = await alone.bits([row]);
      expect(await one.bits([row])).toEqual(bits);
      if (row.length < 120) expect(await one.bits([row], 2)).toEqual(bits);
    }
    await one.close();
  });

  const inputs = texts.map((text) => ({ kind: 'text' as const, text }));
  async function scored(options: Omit<PoolOptions, 'modelDir'>, given = inputs) {
    const pool = await createEncoderPool({ modelDir, ...options });
    const results = await pool.score(given);
    await pool.close();
    return results;
  }

  it('whatever the number of workers', async () => {
    expect(await scored({ threads: 2 })).toEqual(await scored({ threads: 1 }));
  });

  it('run by itself as in a batch, a long text among short ones', async () => {
    const mixed = [...inputs, { kind: 'text' as const, text: texts.join(' ').repeat(3) }];
    expect(await scored({ threads: 1, batch: 1 }, mixed)).toEqual(await scored({ threads: 1 }, mixed));
  });

  it('in eight bits too, its counters among them, alone and beside others in another order', async () => {
    const beside = await scored({ precision: 'int8', threads: 1 }, inputs.toReversed());
    expect(beside.map((row) => row.low?.counters.values.length)).toEqual(inputs.map(() => beside[0]?.low?.counters.names.length));
    expect(beside.toReversed()).toEqual(await scored({ precision: 'int8', threads: 2, batch: 1 }));
  });

  // Emulation is slow. Where the processor has AVX-512 this compares it with AVX2; elsewhere AVX2 by hardware and by software.
  it.skipIf(emulator !== null).each(['fp32', 'fp32, a text by itself', 'int8'])(
    `on a processor without AVX-512, in %s${emulator === null ? '' : ` (left out: ${emulator})`}`,
    async (name) => {
      const form = name === 'int8' ? low : name === 'fp32' ? graph : single;
      expect(await printedBits(form, widths, { processor: 'Haswell' })).toEqual(await printedBits(form, widths, {}));
    },
    1_800_000,
  );
});

describe('the WebAssembly engine without relaxed SIMD', () => {
  it('gives the committed bits, with one thread and with two', async () => {
    const golden = JSON.parse(await readFile(join(import.meta.dirname, 'wasm-bits.json'), 'utf8')) as Record<'bits' | 'int8', string[]> & {
      graph: string;
    };
    const hash = createHash('sha256').update(await readFile(graph.path));
    expect(golden.graph, 'another graph: node bench/encoder-bits.ts --write-wasm').toBe(hash.digest('hex'));
    expect(await printedBits(graph, widths, { engine: 'wasm' })).toEqual(golden.bits);
    expect(await printedBits(graph, widths, { engine: 'wasm', threads: 2 })).toEqual(golden.bits);
    expect(await printedBits(low, widths, { engine: 'wasm' })).toEqual(golden.int8);
    const short = PRINTED.filter((row) => row.length <= widths.single_block_up_to).length;
    expect((await printedBits(single, widths, { engine: 'wasm' })).slice(0, short)).toEqual(golden.bits.slice(0, short));
  });

  it('gives a row the same bits alone and beside others of its own width', async () => {
    const wasm = await openRunner(graph, widths, 'wasm');
    const rows = fixedRows([13, 13, 13, 13]);
    expect(await changedRows(wasm, wasm, rows)).toMatchObject({ batch: 0, order: 0, copies: 0 });
    await wasm.close();
  });
});

describe('the same checks', () => {
  it('find a graph exported the usual way', async () => {
    const path = join(await mkdtemp(join(tmpdir(), 'usual-')), 'usual.onnx');
    await writeUsualGraph(path);
    const usual = await openRunner({ path }, widths);
    const changed = await changedRows(usual, usual, fixedRows([2, 3, 5, 8, 9, 13, 16, 21]));
    expect(changed.batch + changed.padding).toBeGreaterThan(0);
    await usual.close();
  });
});
