import type { LowTally } from '../../../schema/scores.ts';
import type { EncoderResult } from '../encoder.ts';

/** Adds the counters of rows of an int8 form to a tally; null stays null where no row was of one. */
export function tallied(tally: LowTally | null, results: readonly Pick<EncoderResult, 'low'>[]): LowTally | null {
  let sum = tally;
  for (const { low } of results) {
    if (low === undefined) continue;
    sum ??= { rows: 0, fallbacks: { saturation: 0, loss: 0, margin: 0 }, counters: {} };
    sum.rows += 1;
    if (low.fallback) sum.fallbacks[low.fallback] = (sum.fallbacks[low.fallback] ?? 0) + 1;
    for (const [k, name] of low.counters.names.entries()) {
      const value = low.counters.values[k] ?? Number.NaN;
      const before = sum.counters[name] ?? { sum: 0, max: 0 };
      sum.counters[name] = { sum: before.sum + value, max: Math.max(before.max, value) };
    }
  }
  return sum;
}
