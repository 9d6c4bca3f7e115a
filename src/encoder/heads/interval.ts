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
  const { grid } = table;
  for (let k = 0; k < labels.length; k++) {
    const logit = logits[k] ?? Number.NaN;
    const p = probabilities[k] ?? Number.NaN;
    const above = firstAbove(grid, logit);
    const low = between(grid, table.low[k], above, logit);
    const high = between(grid, table.high[k], above, logit);
    intervals[labels[k] as string] = [Math.min(p, low), Math.max(p, high)];
  }
  return intervals;
}

/** Number of the first point beyond x, or how many there are. */
function firstAbove(grid: readonly number[], x: number): number {
  for (let k = 0; k < grid.length; k++) if ((grid[k] as number) > x) return k;
  return grid.length;
}

/** Linear between grid points, constant beyond them; of points at one place the last counts. */
function between(grid: readonly number[], values: readonly number[] = [], above: number, x: number): number {
  if (above === grid.length || above === 0) return values[above === 0 ? 0 : above - 1] ?? Number.NaN;
  const [x0, x1] = [grid[above - 1] as number, grid[above] as number];
  const [y0, y1] = [values[above - 1] ?? Number.NaN, values[above] ?? Number.NaN];
  return y0 + ((y1 - y0) * (x - x0)) / (x1 - x0);
}
