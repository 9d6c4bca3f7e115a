/** Counts of rows by the code of their error in words, the most frequent first. */
export function reasonsLine(reasons: Readonly<Record<string, number>>): string {
  const sorted = Object.entries(reasons).sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
  return sorted.map(([reason, rows]) => `${reason} ${rows}`).join(', ');
}
