import type { StreamInput } from '../../../schema/model.ts';
import type { SignalPiece, Slice } from '../stream/block.ts';

/** When the made-up recordings begin, UTC milliseconds. */
export const recordingStart = 1_500_000_000_000;

/** A made-up sample: a different course for each signal and channel. */
function sampleOf(rate: number, channel: number, k: number): number {
  return Math.fround(1 + Math.sin((k / rate) * (1 + channel / 3)) + Math.sin((k / rate) * 0.01) + rate / 100);
}

/** Seconds [from, to) of every signal. */
export function stretch(input: StreamInput, from: number, to: number): SignalPiece[] {
  return Object.entries(input.signals).map(([signal, { rate, channels }]) => {
    const first = Math.ceil(from * rate);
    const samples = Math.ceil(to * rate) - first;
    const values = Float32Array.from({ length: samples * channels }, (_, k) =>
      sampleOf(rate, k % channels, first + Math.floor(k / channels)),
    );
    return { signal, startMs: recordingStart + (first * 1000) / rate, rate, channels, values };
  });
}

/** A recording of so many seconds in slices whose ends are given, without the stretches [from, to) named as gaps. */
export function* slicesOf(input: StreamInput, ends: readonly number[], gaps: readonly [number, number][] = []): Generator<Slice> {
  let from = 0;
  for (const to of ends) {
    const cuts = [from, ...gaps.flat().filter((cut) => cut > from && cut < to), to].sort((a, b) => a - b);
    const parts = cuts.slice(1).map((end, k) => [cuts[k] as number, end] as const);
    const kept = parts.filter(([start, end]) => !gaps.some(([gone, back]) => start >= gone && end <= back));
    yield { pieces: kept.flatMap(([start, end]) => stretch(input, start, end)), untilMs: recordingStart + to * 1000 };
    from = to;
  }
}
