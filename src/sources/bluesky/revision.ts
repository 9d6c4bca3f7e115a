const DIGITS = '234567abcdefghijklmnopqrstuvwxyz';

/**
 * The time in a revision or record key of a repository, ISO with milliseconds: 13 digits of base 32, microseconds
 * since 1970 before the last ten bits. Null where it is none, or not between 2000 and 2100.
 */
export function revisionTime(key: unknown): string | null {
  if (typeof key !== 'string' || !/^[2-7a-j][2-7a-z]{12}$/.test(key)) return null;
  let number = 0n;
  for (const digit of key) number = number * 32n + BigInt(DIGITS.indexOf(digit));
  const ms = Number(number >> 10n) / 1000;
  return ms > 946_684_800_000 && ms < 4_102_444_800_000 ? new Date(Math.floor(ms)).toISOString() : null;
}
