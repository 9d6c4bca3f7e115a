import type { Fallback, LowTally } from './scores.ts';

/** What two stretches of rows came to together; null where no row was of an int8 form. */
export function addTallies(a: LowTally | null, b: LowTally | null): LowTally | null {
  if (a === null || b === null) return a ?? b;
  const counters = { ...a.counters };
  for (const [name, { sum, max }] of Object.entries(b.counters)) {
    const before = counters[name] ?? { sum: 0, max: 0 };
    counters[name] = { sum: before.sum + sum, max: Math.max(before.max, max) };
  }
  const fallbacks = { ...a.fallbacks };
  for (const [reason, rows] of Object.entries(b.fallbacks) as [Fallback, number][]) fallbacks[reason] = (fallbacks[reason] ?? 0) + rows;
  return { rows: a.rows + b.rows, fallbacks, counters };
}
