import type { Groups } from '../../../schema/scores.ts';

/**
 * Probability that at least one member of each group holds, were they independent: 1 − ∏(1 − p), the noisy-or
 * (Pearl 1988). Within 0–1 whatever rounding does.
 */
export function groupsOf(
  groupings: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>,
  probabilityOf: (label: string) => number,
): Groups {
  const anyOf = (members: readonly string[]): number => {
    const none = members.reduce((product, label) => product * (1 - probabilityOf(label)), 1);
    return Math.min(1, Math.max(0, 1 - none));
  };
  return Object.fromEntries(
    Object.entries(groupings).map(([grouping, groups]) => [
      grouping,
      Object.fromEntries(Object.entries(groups).map(([group, members]) => [group, anyOf(members)])),
    ]),
  );
}
