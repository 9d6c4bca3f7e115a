import type { Policy } from '../../schema/policy.ts';
import { durationMs } from '../../schema/policy.ts';
import type { HeadScores } from '../../schema/scores.ts';

/** A score as a policy sees it. */
export interface Scored {
  head: string;
  scores: HeadScores;
  /** When the record was written, UTC ms. */
  timeMs: number;
}

/** Whether any rule of the policy holds for a score. */
export function overPolicy(policy: Policy, scored: Scored): boolean {
  return policy.rules.some((rule) => {
    const value = rule.head === scored.head ? scored.scores[rule.key] : undefined;
    return typeof value === 'number' && value >= rule.atLeast;
  });
}

/** Whether a record is too old to alarm anybody at `atMs`. */
export function tooOld(policy: Policy, timeMs: number, atMs: number): boolean {
  return atMs - timeMs > durationMs(policy.maxAge);
}

/** Heads that the policy looks at. */
export function policyHeads(policy: Policy): string[] {
  return [...new Set(policy.rules.map((rule) => rule.head))].sort();
}
