import type { SignalBins } from './signal-bins.ts';

const minuteMs = 60_000;
/** Bins at least this wide are made from minutes: a minute that lies on a border counts whole where its middle is. */
export const summariesFromMs = 5 * minuteMs;
const kept = 5000;

/** Minimum, maximum, sum and number of one channel for each minute of a stored stretch. */
interface Minutes {
  min: Float64Array;
  max: Float64Array;
  sum: Float64Array;
  n: Float64Array;
}

/**
 * What long views need of a stretch of a signal, kept in memory by its row: weeks of a wristband are hundreds of millions of
 * samples, and opening them again for each view takes seconds. The least recently used goes first.
 */
export class SignalSummaries {
  readonly #rows = new Map<string, Minutes[]>();

  get(row: string): Minutes[] | undefined {
    const minutes = this.#rows.get(row);
    if (!minutes) return undefined;
    this.#rows.delete(row);
    this.#rows.set(row, minutes);
    return minutes;
  }

  /** Summarises samples at a fixed step (ms), interleaved by channel. */
  add(row: string, step: number, values: Float32Array, channels: number): Minutes[] {
    const samples = values.length / channels;
    const count = Math.floor(((samples - 1) * step) / minuteMs) + 1;
    const minutes = Array.from({ length: channels }, (_, channel) => summarise(values, channel, channels, step, count));
    if (this.#rows.size >= kept) this.#rows.delete(this.#rows.keys().next().value as string);
    this.#rows.set(row, minutes);
    return minutes;
  }
}

function summarise(values: Float32Array, channel: number, channels: number, step: number, count: number): Minutes {
  const minutes: Minutes = {
    min: new Float64Array(count).fill(Number.POSITIVE_INFINITY),
    max: new Float64Array(count).fill(Number.NEGATIVE_INFINITY),
    sum: new Float64Array(count),
    n: new Float64Array(count),
  };
  for (let i = channel, sample = 0; i < values.length; i += channels, sample++) {
    const value = values[i] as number;
    if (!Number.isFinite(value)) continue;
    const minute = Math.floor((sample * step) / minuteMs);
    if (value < (minutes.min[minute] as number)) minutes.min[minute] = value;
    if (value > (minutes.max[minute] as number)) minutes.max[minute] = value;
    minutes.sum[minute] = (minutes.sum[minute] as number) + value;
    minutes.n[minute] = (minutes.n[minute] as number) + 1;
  }
  return minutes;
}

/** Puts minutes that begin at `start` into bins. */
export function addMinutes(bins: SignalBins, start: number, { min, max, sum, n }: Minutes): void {
  for (let i = 0; i < n.length; i++) {
    bins.merge(start + (i + 0.5) * minuteMs, min[i] as number, max[i] as number, sum[i] as number, n[i] as number);
  }
}
