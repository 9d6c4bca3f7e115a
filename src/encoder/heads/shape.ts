import type { Head, IntervalTable } from '../../../schema/heads.ts';

/** Number of logits that a head reads. */
export function outputWidth(head: Head): number {
  if (head.type === 'binary') return 1;
  if (head.type === 'ordinal') return head.levels - 1;
  return head.labels.length;
}

/** Whether the lists of a head that must be of one length are, grids and cuts ascend, and groups name its labels. */
export function isConsistent(head: Head): boolean {
  const n = outputWidth(head);
  const { calibration } = head;
  if (calibration.kind !== 'temperature' && (calibration.a.length !== n || calibration.b.length !== n)) return false;
  if (head.type === 'ordinal') return ascends(head.cuts);
  if (head.type === 'regression') return head.half_width.length === n && head.range[0] < head.range[1];
  if (head.interval && !fits(head.interval, n)) return false;
  if (head.type !== 'multilabel') return true;
  const members = Object.values(head.groups ?? {}).flatMap((groups) => Object.values(groups).flat());
  if (!members.every((label) => head.labels.includes(label))) return false;
  return head.thresholds === undefined ? head.decides === false : head.thresholds.length === n;
}

function fits({ grid, low, high }: IntervalTable, n: number): boolean {
  return ascends(grid) && [low, high].every((rows) => rows.length === n && rows.every((row) => row.length === grid.length));
}

function ascends(numbers: readonly number[]): boolean {
  return numbers.every((number, k) => k === 0 || number >= (numbers[k - 1] ?? number));
}
