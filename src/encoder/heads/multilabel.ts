import type { Span } from '../../../schema/scores.ts';
import { platt } from './calibration.ts';
import { groupsOf } from './groups.ts';
import type { ReadHead } from './head.ts';
import { intervalsOf } from './interval.ts';

/** Any number of labels: each has a probability, and is decided at or over its own threshold, unless the head decides nothing. */
export const multilabel: ReadHead<'multilabel'> = (head, logits, evidenceOf) => {
  const probabilities = platt(logits, head.calibration);
  const decides = head.decides !== false;
  const scores: Record<string, number> = {};
  const decision: string[] = [];
  const evidence: Record<string, Span[]> = {};
  head.labels.forEach((label, k) => {
    const probability = probabilities[k] ?? Number.NaN;
    scores[label] = probability;
    if (!decides || probability < (head.thresholds?.[k] ?? Number.POSITIVE_INFINITY)) return;
    decision.push(label);
    if (evidenceOf) evidence[label] = evidenceOf(k, head.calibration.a[k] ?? 1);
  });
  return {
    head: head.name,
    grade: head.grade,
    scores,
    decision: decides ? decision : null,
    intervals: intervalsOf(head.interval, head.labels, logits, probabilities),
    evidence,
    ...(head.groups && { groups: groupsOf(head.groups, scores) }),
  };
};
