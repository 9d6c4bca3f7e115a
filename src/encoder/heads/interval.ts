import type { IntervalTable } from '../../../schema/heads.ts';

/**
 * Interval of each label's calibrated probability, looked up by its raw logit. Widened where needed to hold the
 * probability itself, which a table on a coarse grid can miss. Empty where the head has no table.
 */
export function intervalsOf(
  table: IntervalTable | undefined,
  labels: readonly string[],
  logits: ArrayLike<number>,
  probabilities: readonly number[],
): Record<string, [number, number]> {
  const intervals: Record<string, [number, number]> = {};
  if (table === undefined) return intervals;
  labels.forEach((label, k) => {
    const logit = logits[k] ?? Number.NaN;
    const p = probabilities[k] ?? Number.NaN;
    const low = piecewise(table.grid, table.low[k] ?? [], logit);
    const high = piecewise(table.grid, table.high[k] ?? [], logit);
    intervals[label] = [Math.min(p, low), Math.max(p, high)];
  });
  return intervals;
}

/** Linear between grid points, constant beyond them; of points at one place the last counts. */
export function piecewise(grid: readonly number[], values: readonly number[], x: number): number {
  const above = grid.findIndex((point) => point > x);
  if (above === -1) return values.at(-1) ?? Number.NaN;
  if (above === 0) return values[0] ?? Number.NaN;
  const [x0 = 0, x1 = 0] = grid.slice(above - 1, above + 1);
  const [y0 = Number.NaN, y1 = Number.NaN] = values.slice(above - 1, above + 1);
  return y0 + ((y1 - y0) * (x - x0)) / (x1 - x0);
}
