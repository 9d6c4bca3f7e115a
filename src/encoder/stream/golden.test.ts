import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EncoderResult } from '../encoder.ts';
import { type Model, openModel } from '../model.ts';
import type { BlockSignal, StreamBlock } from './block.ts';
import { openStreamEncoder, type StreamEncoder } from './streamEncoder.ts';

type Wave = { offset: number[]; waves: [number, number, number][][] };
type Stream = { missing: { signal: string; from: number; to: number }[]; stress: number[][] } & Record<string, Wave>;
interface Golden {
  rates: Record<string, number>;
  decimals: Record<string, number>;
  blocks: number;
  tolerance: number;
  streams: Stream[];
}

const folder = join(import.meta.dirname, '../../../models/e4');
const golden = JSON.parse(await readFile(join(folder, 'golden.json'), 'utf8')) as Golden;
/** The tolerance that docs/reproducibility.md states, between engines, in probability. */
const betweenEngines = 1e-4;
const quartersABlock = 40;

/** The samples of one block that a formula of the golden file describes. */
function signalOf(stream: Stream, name: string, index: number): BlockSignal {
  const rate = golden.rates[name] ?? 0;
  const { offset, waves } = stream[name] as Wave;
  const power = 10 ** (golden.decimals[name] ?? 0);
  const values = new Float32Array(10 * rate * offset.length);
  const quarters = new Float32Array(quartersABlock).fill(1);
  for (const { signal, from, to } of stream.missing) {
    const [first, end] = [from, to].map((quarter) => Math.min(Math.max(quarter - index * quartersABlock, 0), quartersABlock));
    if (signal === name) quarters.fill(0, first, end);
  }
  for (let k = 0; k < 10 * rate; k++) {
    if (quarters[Math.floor((k * 4) / rate)] === 0) continue;
    const i = index * 10 * rate + k;
    offset.forEach((base, channel) => {
      let x = base;
      for (const [amplitude, hertz, phase] of waves[channel] ?? []) x += amplitude * Math.sin((2 * Math.PI * hertz * i) / rate + phase);
      values[k * offset.length + channel] = Math.floor(x * power + 0.5) / power;
    });
  }
  return { values, quarters, recorded: Math.round(quarters.reduce((sum, share) => sum + share, 0) * (rate / 4)) };
}

function blocksOf(stream: Stream): StreamBlock[] {
  return Array.from({ length: golden.blocks }, (_, index) => {
    const signals = Object.fromEntries(Object.keys(golden.rates).map((name) => [name, signalOf(stream, name, index)]));
    return { index, startMs: index * 10_000, endMs: (index + 1) * 10_000, signals, empty: false };
  });
}

let model: Model;
let native: StreamEncoder;
let wasm: StreamEncoder;
let carried: Float32Array;
beforeAll(async () => {
  model = await openModel(folder);
  const { input } = model.manifest;
  if (input.kind !== 'e4-stream') throw new Error('The model e4 reads streams.');
  [native, wasm] = [await openStreamEncoder(model, input, 'native'), await openStreamEncoder(model, input, 'wasm')];
  carried = new Float32Array(input.carried);
});
afterAll(() => Promise.all([native.release(), wasm.release()]));

const numbers = (results: readonly EncoderResult[]) =>
  results.flatMap((result) => result.heads.flatMap((head) => Object.values(head.scores).flat()));
const decisions = (results: readonly EncoderResult[]) => results.map((result) => result.heads.map((head) => head.decision));

describe.each(golden.streams.map((stream, k) => [k, stream] as const))('golden stream %i', (_, stream) => {
  it('gives what the training wrote down, block by block', async () => {
    const { results } = await native.advance(carried, blocksOf(stream));
    const head = model.manifest.heads.find((each) => each.name === 'stress');
    if (head?.type !== 'binary') throw new Error('The head stress is binary.');
    const [a = 1, b = 0] = [head.calibration.a[0], head.calibration.b[0]];
    results.forEach((result, k) => {
      const p = result.heads.find((each) => each.head === 'stress')?.scores.stress as number;
      expect(Math.abs((Math.log(p / (1 - p)) - b) / a - (stream.stress[k]?.[0] ?? Number.NaN))).toBeLessThan(1e-3);
    });
    expect(results).toHaveLength(golden.blocks);
  });

  it('gives nearly the same on the WebAssembly engine, and decides the same', async () => {
    const [one, other] = [await native.advance(carried, blocksOf(stream)), await wasm.advance(carried, blocksOf(stream))];
    const theirs = numbers(other.results);
    const drift = Math.max(...numbers(one.results).map((x, k) => Math.abs(x - (theirs[k] ?? Number.NaN))));
    expect(drift).toBeLessThan(betweenEngines);
    expect(decisions(other.results)).toEqual(decisions(one.results));
  });

  it('hangs on what is carried: from the middle with nothing known it says something else', async () => {
    const blocks = blocksOf(stream);
    const half = await native.advance(carried, blocks.slice(0, 4));
    const rest = await native.advance(half.carried, blocks.slice(4));
    expect([...half.results, ...rest.results]).toEqual((await native.advance(carried, blocks)).results);
    expect((await native.advance(carried, blocks.slice(4))).results).not.toEqual(rest.results);
  });
});
