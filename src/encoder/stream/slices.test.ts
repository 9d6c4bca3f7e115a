import { describe, expect, it } from 'vitest';
import { recordingStart, stretch } from '../testing/recording.ts';
import { tinyStreamInput as input } from '../testing/tinyStreamModel.ts';
import type { SignalPiece, StreamBlock } from './block.ts';
import { beginning, chainOf } from './chain.ts';
import { BlockCutter } from './cutter.ts';
import { recordingSlices } from './slices.ts';

async function* stream(pieces: Iterable<SignalPiece>): AsyncGenerator<SignalPiece> {
  yield* pieces;
}

/** Streams of each signal up to its own end, in pieces of so many seconds. */
function streams(ends: Record<string, number>, size: number): Record<string, AsyncIterable<SignalPiece>> {
  return Object.fromEntries(
    Object.entries(ends).map(([signal, end]) => {
      const pieces: SignalPiece[] = [];
      for (let at = 0; at < end; at += size)
        pieces.push(...stretch(input, at, Math.min(end, at + size)).filter((piece) => piece.signal === signal));
      return [signal, stream(pieces)];
    }),
  );
}

async function blocksOf(ends: Record<string, number>, size: number): Promise<StreamBlock[]> {
  const cutter = new BlockCutter(input);
  const blocks: StreamBlock[] = [];
  for await (const slice of recordingSlices(streams(ends, size), input)) blocks.push(...cutter.cut(slice));
  return blocks;
}

describe('signals side by side', () => {
  const ends = { BVP: 65.5, ACC: 63, EDA: 64.25, TEMP: 61 };

  it('give the same blocks however each was cut', async () => {
    const blocks = await blocksOf(ends, 7);
    expect(blocks.map((block) => block.index)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(await blocksOf(ends, 50)).toEqual(blocks);
    expect(await blocksOf(ends, 0.75)).toEqual(blocks);
  });

  it('go on to the end of the longest, what is missing being masked', async () => {
    const [last] = (await blocksOf({ BVP: 90, EDA: 62.5 }, 7)).slice(-1);
    expect(last?.index).toBe(8);
    expect([last?.signals.BVP?.recorded, last?.signals.EDA?.recorded, last?.signals.TEMP?.recorded]).toEqual([640, 0, 0]);
    expect(last?.signals.EDA?.values.every((value) => value === 0)).toBe(true);
  });

  it('are nothing where there is nothing', async () => {
    expect(await blocksOf({}, 7)).toEqual([]);
  });
});

describe('blocks', () => {
  const piece = (over: Partial<SignalPiece>): SignalPiece => ({
    signal: 'EDA',
    startMs: recordingStart,
    rate: 4,
    channels: 1,
    values: new Float32Array(40).fill(1),
    ...over,
  });
  const cut = (...pieces: SignalPiece[]) => [...new BlockCutter(input).cut({ pieces, untilMs: recordingStart + 10_000 })];

  it('take the first of two samples for one place', () => {
    const [block] = cut(piece({ values: Float32Array.of(5) }), piece({}));
    expect(block?.signals.EDA?.values.slice(0, 2)).toEqual(Float32Array.of(5, 1));
  });

  it('pass over a sample for a place already past, as after a step of the clock', () => {
    const cutter = new BlockCutter(input);
    const first = [...cutter.cut({ pieces: [piece({})], untilMs: recordingStart + 10_000 })];
    const late = piece({ startMs: recordingStart + 5_000, values: new Float32Array(60).fill(9) });
    const [second] = cutter.cut({ pieces: [late], untilMs: recordingStart + 20_000 });
    expect(first).toHaveLength(1);
    expect(second?.signals.EDA?.values).toEqual(new Float32Array(40).fill(9));
  });

  it('are named by their samples, not by their time', () => {
    const [here] = cut(piece({}));
    const [there] = [...new BlockCutter(input).cut({ pieces: [piece({ startMs: 0 })], untilMs: 10_000 })];
    const [other] = cut(piece({ values: new Float32Array(40).fill(2) }));
    expect(here?.startMs).not.toBe(there?.startMs);
    const name = (block: StreamBlock | undefined) => (block ? chainOf(beginning, block).toString('hex') : '');
    expect(name(here)).toBe(name(there));
    expect(name(here)).not.toBe(name(other));
  });

  it.each([
    ['rate', { rate: 8 }],
    ['channels', { channels: 3 }],
    ['untilMs', { startMs: recordingStart + 500_000 }],
  ])('refuse another %s', (field, over) => {
    expect(() => cut(piece({}), piece(over))).toThrow(expect.objectContaining({ code: 'wrong-shape', place: { field } }));
    expect(() => cut(piece({ signal: 'HR' }))).not.toThrow();
  });
});
