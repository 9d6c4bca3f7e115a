import { softmax } from './calibration.ts';
import type { ReadHead } from './head.ts';

/** Exactly one label: probabilities that sum to 1; the most probable is decided, of equals the first. */
export const categorical: ReadHead<'categorical'> = (head, logits) => {
  const probabilities = softmax(logits, head.calibration.t);
  const scores: Record<string, number> = {};
  let best = 0;
  head.labels.forEach((label, k) => {
    scores[label] = probabilities[k] ?? Number.NaN;
    if ((probabilities[k] ?? 0) > (probabilities[best] ?? 0)) best = k;
  });
  return { head: head.name, grade: head.grade, scores, decision: head.labels[best] ?? '', intervals: {}, evidence: {} };
};
