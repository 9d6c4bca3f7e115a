import type { Encoder } from '../encoder.ts';
import { whenNeeded } from '../when-needed.ts';

/** Scores in int8, and once more in fp32 the rows whose counters exceed a limit. The fp32 graph is opened when first needed. */
export function guarded(low: Encoder, openFull: () => Promise<Encoder>): Encoder {
  const full = whenNeeded(openFull);
  return {
    timings: low.timings,
    async score(inputs) {
      const results = await low.score(inputs);
      const refused = results.flatMap((result, row) => (result.low?.fallback ? [row] : []));
      if (refused.length === 0) return results;
      const again = await (await full.get()).score(refused.flatMap((row) => inputs[row] ?? []));
      for (const [k, row] of refused.entries()) {
        const [before, now] = [results[row]?.low, again[k]];
        if (before && now) results[row] = { ...now, low: { ...before, precision: 'fp32' } };
      }
      return results;
    },
    async release() {
      await low.release();
      await full.release();
    },
  };
}
