import type { HeadDecision } from '../../../schema/scores.ts';

/** What a head decided, in words; `key` is the head's leading label: only a severity has levels, other numbers are classes. */
export function decisionText(decision: HeadDecision | null, key: string): string {
  if (decision === null) return '–';
  if (typeof decision === 'boolean') return decision ? 'yes' : 'no';
  if (Array.isArray(decision)) return decision.length > 0 ? decision.join(', ') : 'none';
  return typeof decision === 'number' ? `${key.startsWith('severity') ? 'level' : 'class'} ${decision}` : decision;
}
