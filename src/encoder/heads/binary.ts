import type { Span } from '../../../schema/scores.ts';
import { platt } from './calibration.ts';
import type { ReadHead } from './head.ts';
import { intervalsOf } from './interval.ts';

/** Yes or no: one probability under the head's own name. */
export const binary: ReadHead<'binary'> = (head, logits, evidenceOf) => {
  const probability = platt(logits, head.calibration)[0] ?? Number.NaN;
  const decision = probability >= (head.thresholds[0] ?? Number.POSITIVE_INFINITY);
  const evidence: Record<string, Span[]> = {};
  if (decision && evidenceOf) evidence[head.name] = evidenceOf(0, head.calibration.a[0] ?? 1);
  const intervals = intervalsOf(head.interval, [head.name], logits, [probability]);
  return { head: head.name, grade: head.grade, scores: { [head.name]: probability }, decision, intervals, evidence };
};
