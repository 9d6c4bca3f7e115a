/** Time of processing, for rows that tell when something was done; never part of a score or a content hash. */
export function now(): string {
  return new Date().toISOString();
}
