import type { Span } from '../../../schema/scores.ts';
import { softmax } from './calibration.ts';
import type { ReadHead } from './head.ts';
import { intervalsOf } from './interval.ts';

/**
 * Exactly one label: probabilities that sum to 1; the most probable is decided, of equals the first. Where its number
 * is what is decided, the first label means that nothing was found: the others have evidence, of what sets them apart
 * from the first.
 */
export const categorical: ReadHead<'categorical'> = (head, logits, evidenceOf) => {
  const probabilities = softmax(logits, head.calibration.t);
  const scores: Record<string, number> = {};
  let best = 0;
  head.labels.forEach((label, k) => {
    scores[label] = probabilities[k] ?? Number.NaN;
    if ((probabilities[k] ?? 0) > (probabilities[best] ?? 0)) best = k;
  });
  const evidence: Record<string, Span[]> = {};
  const byIndex = head.decides === 'index';
  if (byIndex && best > 0 && evidenceOf) evidence[head.name] = evidenceOf(best, 1 / head.calibration.t, 0);
  return {
    head: head.name,
    grade: head.grade,
    scores,
    decision: byIndex ? best : (head.labels[best] ?? ''),
    intervals: intervalsOf(head.interval, head.labels, logits, probabilities),
    evidence,
  };
};
