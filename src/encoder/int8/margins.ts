import type { Head } from '../../../schema/model.ts';
import type { HeadResult } from '../../../schema/scores.ts';

/**
 * Whether a head's decision in int8 may not be that in fp32: what it compares (a probability, an expected level) lies within `margin`
 * of a limit. Heads that compare nothing with a limit are never near one.
 */
export function isNearLimit(head: Head, { scores }: HeadResult, margin: number): boolean {
  const near = (value: unknown, limit: number) => typeof value === 'number' && Math.abs(value - limit) < margin;
  if (head.type === 'ordinal') return head.cuts.some((cut) => near(scores.severity, cut));
  if (head.type === 'binary') return near(scores[head.name], head.thresholds[0] ?? Number.NaN);
  if (head.type === 'multilabel') return head.labels.some((label, k) => near(scores[label], head.thresholds?.[k] ?? Number.NaN));
  return false;
}
