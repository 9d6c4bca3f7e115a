import type { HeadDecision } from '../../../schema/scores.ts';

/** What a head decided, in words. */
export function decisionText(decision: HeadDecision | null): string {
  if (decision === null) return '–';
  if (typeof decision === 'boolean') return decision ? 'yes' : 'no';
  if (Array.isArray(decision)) return decision.length > 0 ? decision.join(', ') : 'none';
  return typeof decision === 'number' ? `level ${decision}` : decision;
}
