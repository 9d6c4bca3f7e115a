import type { Span } from '../../../schema/scores.ts';
import { platt } from './calibration.ts';
import type { ReadHead } from './head.ts';

/**
 * Ordered levels 0…n from n logits of P(severity > k). Each is calibrated by itself, so they may cross: the running
 * minimum makes them fall. `severity` is the expected level, Σ P(severity > k); the decision is the number of cuts
 * that it reaches. Evidence is that of the logit for "at least the level decided".
 */
export const ordinal: ReadHead<'ordinal'> = (head, logits, evidenceOf) => {
  const over = falling(platt(logits, head.calibration));
  const distribution = distributionOf(over);
  const severity = over.reduce((sum, p) => sum + p, 0);
  const decision = head.cuts.filter((cut) => severity >= cut).length;
  const evidence: Record<string, Span[]> = {};
  if (decision > 0 && evidenceOf) evidence[head.name] = evidenceOf(decision - 1, head.calibration.a[decision - 1] ?? 1);
  return {
    head: head.name,
    grade: head.grade,
    scores: { severity, distribution },
    decision,
    intervals: { severity: centralInterval(distribution, severity, head.interval) },
    evidence,
  };
};

function falling(probabilities: number[]): number[] {
  let least = 1;
  return probabilities.map((p) => {
    least = Math.min(least, p);
    return least;
  });
}

/** P(severity = k) for k = 0…n from P(severity > k) for k = 0…n-1. */
function distributionOf(over: readonly number[]): number[] {
  const bounds = [1, ...over, 0];
  return bounds.slice(1).map((p, k) => (bounds[k] ?? 0) - p);
}

/**
 * Central interval holding `mass`, between levels by linear interpolation of the cumulative distribution, widened
 * where needed to hold the expected level, which a far tail can pull out of it.
 */
function centralInterval(distribution: readonly number[], severity: number, mass: number): [number, number] {
  const tail = (1 - mass) / 2;
  return [Math.min(severity, quantile(distribution, tail)), Math.max(severity, quantile(distribution, 1 - tail))];
}

function quantile(distribution: readonly number[], q: number): number {
  let below = 0;
  for (let level = 0; level < distribution.length; level++) {
    const mass = distribution[level] ?? 0;
    if (below + mass >= q) return level === 0 || mass === 0 ? level : level - 1 + (q - below) / mass;
    below += mass;
  }
  return distribution.length - 1;
}
