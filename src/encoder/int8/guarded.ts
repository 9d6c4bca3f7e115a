import type { Fallback } from '../../../schema/scores.ts';
import type { Outputs } from '../batches.ts';
import type { Encoder, EncoderResult } from '../encoder.ts';

const kinds: readonly [prefix: string, fallback: Fallback][] = [
  ['sat_', 'saturation'],
  ['loss_', 'loss'],
];

/** A row's counters, and which limit it exceeds, if any; one that is no number exceeds its limit. */
export function lowOf(guards: Readonly<Record<string, number>>, outputs: Outputs, place: number): NonNullable<EncoderResult['low']> {
  const counters: Record<string, number> = {};
  let fallback: Fallback | undefined;
  for (const [prefix, kind] of kinds) {
    for (const name of Object.keys(outputs).filter((output) => output.startsWith(prefix))) {
      const value = outputs[name]?.data[place] ?? Number.NaN;
      counters[name] = value;
      const limit = guards[name];
      if (limit !== undefined && !(value <= limit)) fallback ??= kind;
    }
  }
  return { precision: 'int8', ...(fallback && { fallback }), counters };
}

/** Scores in int8, and once more in fp32 the rows whose counters exceed a limit. The fp32 graph is opened when first needed. */
export function guarded(low: Encoder, openFull: () => Promise<Encoder>): Encoder {
  let full: Promise<Encoder> | null = null;
  return {
    timings: low.timings,
    async score(inputs) {
      const results = await low.score(inputs);
      const refused = results.flatMap((result, row) => (result.low?.fallback ? [row] : []));
      if (refused.length === 0) return results;
      full ??= openFull();
      const again = await (await full).score(refused.flatMap((row) => inputs[row] ?? []));
      for (const [k, row] of refused.entries()) {
        const [before, now] = [results[row]?.low, again[k]];
        if (before && now) results[row] = { ...now, low: { ...before, precision: 'fp32' } };
      }
      return results;
    },
    async release() {
      await low.release();
      await (await full)?.release();
    },
  };
}
