/**
 * An outside value as text. Lists and objects are not asked for theirs: one may hold a `toString` of its own, or nest so deep that its
 * text cannot be had.
 */
export function outsideText(value: unknown): string {
  return typeof value === 'object' && value !== null ? '[object Object]' : String(value);
}
