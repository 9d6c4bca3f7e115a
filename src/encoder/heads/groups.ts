import type { Groups } from '../../../schema/scores.ts';

type Groupings = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;

/**
 * Probability that at least one member of each group holds, were they independent: 1 − ∏(1 − p), the noisy-or
 * (Pearl 1988). Within 0–1 whatever rounding does.
 */
export function groupsOf(groupings: Groupings, probabilityOf: Readonly<Record<string, number>>): Groups {
  const all: Groups = {};
  for (const [grouping, groups] of Object.entries(groupings)) {
    const found: Record<string, number> = {};
    all[grouping] = found;
    for (const [group, members] of Object.entries(groups)) {
      let none = 1;
      for (const label of members) none *= 1 - (probabilityOf[label] ?? 0);
      found[group] = Math.min(1, Math.max(0, 1 - none));
    }
  }
  return all;
}
