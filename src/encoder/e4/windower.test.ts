import { describe, expect, it } from 'vitest';
import { recordingWindows } from './recordingWindows.ts';
import type { E4Window } from './window.ts';
import { type SignalBlock, Windower } from './windower.ts';
import { windowInputId } from './windowInputId.ts';

const input = {
  kind: 'e4' as const,
  window_s: 60,
  hop_s: 10,
  signals: { BVP: { rate: 64, channels: 1 }, ACC: { rate: 32, channels: 3 }, EDA: { rate: 4, channels: 1 } },
  min_present: 0.5,
};
const anchor = 1_500_000_000_000;

/** A signal whose value is its sample's number, in blocks of `seconds`. */
function* blocks(signal: keyof typeof input.signals, from: number, to: number, seconds: number): Generator<SignalBlock> {
  const { rate, channels } = input.signals[signal];
  for (let at = from; at < to; at += seconds) {
    const samples = Math.min(seconds, to - at) * rate;
    const values = Float32Array.from({ length: samples * channels }, (_, k) => at * rate * channels + k);
    yield { signal, startMs: anchor + at * 1000, rate, channels, values };
  }
}
async function* stream(source: Iterable<SignalBlock>): AsyncGenerator<SignalBlock> {
  yield* source;
}
async function read(seconds: Record<string, number>, size = 7): Promise<E4Window[]> {
  const streams = Object.fromEntries(
    Object.entries(seconds).map(([name, to]) => [name, stream(blocks(name as keyof typeof input.signals, 0, to, size))]),
  );
  const windows: E4Window[] = [];
  for await (const window of recordingWindows(streams, input)) windows.push(window);
  return windows;
}

describe('windows of a recording', () => {
  it('begin every ten seconds from its start until one reaches its end', async () => {
    const windows = await read({ BVP: 85, ACC: 85, EDA: 85 });
    expect(windows.map((window) => (window.startMs - anchor) / 1000)).toEqual([0, 10, 20, 30]);
    expect(windows[2]?.signals.ACC?.values[0]).toBe(20 * 32 * 3);
    expect(windows[2]?.present).toEqual({ BVP: 1, ACC: 1, EDA: 1 });
    expect(windows[3]?.present.BVP).toBeCloseTo(55 / 60, 10);
  });

  it('of a recording shorter than a window are one', async () => {
    const windows = await read({ BVP: 30, ACC: 30, EDA: 30 });
    expect(windows).toHaveLength(1);
    expect(windows[0]?.present.EDA).toBe(0.5);
    expect(windows[0]?.signals.EDA?.quarters.slice(118, 122)).toEqual(Float32Array.of(1, 1, 0, 0));
  });

  it('do not depend on how the signals were cut into blocks or which came first', async () => {
    const ids = (windows: E4Window[]) => windows.map(windowInputId);
    const first = ids(await read({ BVP: 95, ACC: 95, EDA: 95 }, 7));
    expect(ids(await read({ EDA: 95, ACC: 95, BVP: 95 }, 50))).toEqual(first);
    expect(new Set(first).size).toBe(first.length);
  });

  it('depend on their own samples alone', async () => {
    const short = await read({ BVP: 60, ACC: 60, EDA: 60 });
    const long = await read({ BVP: 400, ACC: 400, EDA: 400 });
    expect(windowInputId(long[0] as E4Window)).toBe(windowInputId(short[0] as E4Window));
  });

  it('have zeros where a signal is missing, and say so', async () => {
    const [window] = await read({ BVP: 60 });
    expect(window?.present).toEqual({ BVP: 1, ACC: 0, EDA: 0 });
    expect(window?.signals.ACC?.values.every((value) => value === 0)).toBe(true);
  });

  it('keep a gap a gap, and count a value that is no number as missing', () => {
    const windower = new Windower({ ...input, signals: { EDA: { rate: 4, channels: 1 } } }, anchor);
    windower.push({ signal: 'EDA', startMs: anchor, rate: 4, channels: 1, values: Float32Array.of(1, Number.NaN, 3) });
    windower.push({ signal: 'EDA', startMs: anchor + 30_000, rate: 4, channels: 1, values: new Float32Array(120).fill(5) });
    windower.finish('EDA');
    const [window] = windower.ready();
    expect(window?.signals.EDA?.values.slice(0, 4)).toEqual(Float32Array.of(1, 0, 3, 0));
    expect(window?.signals.EDA?.quarters.slice(0, 4)).toEqual(Float32Array.of(1, 0, 1, 0));
    expect(window?.present.EDA).toBeCloseTo(122 / 240, 10);
  });

  it('take the first of two samples for one place', () => {
    const windower = new Windower({ ...input, signals: { EDA: { rate: 4, channels: 1 } } }, anchor);
    for (const value of [1, 2]) windower.push({ signal: 'EDA', startMs: anchor, rate: 4, channels: 1, values: Float32Array.of(value) });
    windower.finish('EDA');
    expect([...windower.ready()][0]?.signals.EDA?.values[0]).toBe(1);
  });

  it('refuse a signal at another rate than the model was made for', () => {
    const windower = new Windower(input, anchor);
    const block = { signal: 'EDA', startMs: anchor, rate: 8, channels: 1, values: new Float32Array(8) };
    expect(() => windower.push(block)).toThrow(expect.objectContaining({ code: 'wrong-shape', place: { field: 'rate' } }));
    expect(() => windower.push({ ...block, signal: 'HR' })).not.toThrow();
  });

  it('hold no more of an hour than a window and the blocks at hand', () => {
    const windower = new Windower(input, anchor);
    let most = 0;
    let windows = 0;
    const sources = (['BVP', 'ACC', 'EDA'] as const).map((name) => blocks(name, 0, 3_600, 20));
    for (let turn = 0; turn < 180; turn++) {
      for (const source of sources) windower.push(source.next().value as SignalBlock);
      most = Math.max(most, windower.held);
      windows += [...windower.ready()].length;
    }
    expect(most).toBeLessThanOrEqual(100 * (64 + 32 + 4));
    expect(windows).toBe(355);
  });
});
