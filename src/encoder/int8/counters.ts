import type { Fallback } from '../../../schema/scores.ts';
import type { Outputs } from '../batches.ts';
import type { EncoderResult } from '../encoder.ts';

const kinds: readonly [prefix: string, fallback: Fallback][] = [
  ['sat_', 'saturation'],
  ['loss_', 'loss'],
];

/** Counters of an int8 form, those of saturation first, each kind by name, and the greatest value that each may take. */
export interface Guards {
  names: readonly string[];
  limits: Float64Array;
  reasons: readonly Fallback[];
}

export function guardsOf(limits: Readonly<Record<string, number>>): Guards {
  const sorted = Object.keys(limits).sort();
  const found = kinds.flatMap(([prefix, reason]) =>
    sorted.filter((name) => name.startsWith(prefix)).map((name) => [name, reason] as const),
  );
  return {
    names: found.map(([name]) => name),
    limits: Float64Array.from(found, ([name]) => limits[name] ?? Number.NaN),
    reasons: found.map(([, reason]) => reason),
  };
}

/**
 * A row's counters, and which limit it exceeds, if any; one that is no number exceeds its limit. A graph gives them
 * side by side in the output `counters`, or each in an output of its name.
 */
export function lowOf({ names, limits, reasons }: Guards, outputs: Outputs, place: number): NonNullable<EncoderResult['low']> {
  const [together, n] = [outputs.counters, names.length];
  const values =
    together?.dims[1] === n
      ? together.data.slice(place * n, (place + 1) * n)
      : Float32Array.from(names, (name) => outputs[name]?.data[place] ?? Number.NaN);
  const over = values.findIndex((value, k) => !(value <= (limits[k] as number)));
  const fallback = reasons[over];
  return { precision: 'int8', ...(fallback && { fallback }), counters: { names, values } };
}
