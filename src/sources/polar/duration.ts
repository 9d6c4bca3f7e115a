const DURATION = /^PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?$/;

/** Seconds of `PT7H30M` or `PT3600.5S`, or null. */
export function durationOf(value: unknown): number | null {
  const found = typeof value === 'string' && value.length > 2 ? DURATION.exec(value) : null;
  return found === null ? null : Number(found[1] ?? 0) * 3600 + Number(found[2] ?? 0) * 60 + Number(found[3] ?? 0);
}
