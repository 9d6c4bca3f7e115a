import type { Weighted } from './statistics.ts';

export interface Estimate {
  value: number;
  /** 95 % interval; null where fewer than two clusters make one impossible. */
  interval: [number, number] | null;
}

/** Resamples of which the interval is made. */
const resamples = 1000;
/** Whatever the machine and the day, the same draws. */
const seed = 20_26;

/**
 * A measure on all rows, and its interval by the percentile bootstrap over clusters (Efron & Tibshirani 1993): rows of one
 * author stand or fall together.
 * @param clusters number of each row's cluster, from 0
 */
export function estimate(measure: Weighted, clusters: readonly number[]): Estimate {
  const count = clusters.reduce((most, cluster) => Math.max(most, cluster + 1), 0);
  const value = measure(new Float64Array(clusters.length).fill(1));
  if (count < 2) return { value, interval: null };
  const next = mulberry32(seed);
  const found: number[] = [];
  const drawn = new Float64Array(count);
  const weights = new Float64Array(clusters.length);
  for (let k = 0; k < resamples; k++) {
    drawn.fill(0);
    for (let draw = 0; draw < count; draw++) {
      const cluster = Math.floor(next() * count);
      drawn[cluster] = (drawn[cluster] ?? 0) + 1;
    }
    clusters.forEach((cluster, row) => {
      weights[row] = drawn[cluster] ?? 0;
    });
    const one = measure(weights);
    if (Number.isFinite(one)) found.push(one);
  }
  found.sort((a, b) => a - b);
  const at = (q: number): number => found[Math.round(q * (found.length - 1))] ?? Number.NaN;
  return { value, interval: found.length === 0 ? null : [at(0.025), at(0.975)] };
}

/** Uniform numbers in [0, 1) of a 32-bit state (mulberry32). */
function mulberry32(start: number): () => number {
  let state = start >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
