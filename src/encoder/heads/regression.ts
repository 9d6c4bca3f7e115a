import type { ReadHead } from './head.ts';

/** Values on a scale: a·logit + b of each label, held within the scale, with an interval of fixed width; nothing is decided. */
export const regression: ReadHead<'regression'> = (head, logits) => {
  const [least, greatest] = head.range;
  const within = (x: number): number => Math.min(greatest, Math.max(least, x));
  const { a, b } = head.calibration;
  const scores: Record<string, number> = {};
  const intervals: Record<string, [number, number]> = {};
  head.labels.forEach((label, k) => {
    const value = within((a[k] ?? Number.NaN) * (logits[k] ?? Number.NaN) + (b[k] ?? Number.NaN));
    const half = head.half_width[k] ?? 0;
    scores[label] = value;
    intervals[label] = [within(value - half), within(value + half)];
  });
  return { head: head.name, grade: head.grade, scores, decision: null, intervals, evidence: {} };
};
