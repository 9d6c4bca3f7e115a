import type { Moment } from '../../../schema/records.ts';
import type { Clock } from '../reading/clock.ts';

const AMERICAN = /^(\d\d)\/(\d\d)\/(\d\d)(?:\s+(\d\d:\d\d:\d\d))?$/;

/** `01/31/24 22:05:00`, as the account export writes times, in ISO form; any other text as it is. */
export function isoOf(written: unknown): unknown {
  const found = typeof written === 'string' ? AMERICAN.exec(written.trim()) : null;
  if (found === null) return written;
  const [, month, day, year, time = '00:00:00'] = found;
  return `20${year}-${month}-${day}T${time}`;
}

/** Heart rate, steps and the like are written in UTC, whatever the name of their file says. */
export function utcOf(written: unknown, clock: Clock): Moment | null {
  return clock.utcAt(isoOf(written));
}

/** Sleep, weight and daily values are written in local time. */
export function localOf(written: unknown, clock: Clock): Moment | null {
  return clock.at(isoOf(written));
}

/** The beginning of a local day that is written as a date, perhaps with a time or even an offset that mean nothing. */
export function dayOf(written: unknown, clock: Clock): Moment | null {
  const iso = isoOf(written);
  return typeof iso === 'string' && /^\d{4}-\d\d-\d\d/.test(iso) ? clock.at(iso.slice(0, 10)) : null;
}

/** The time of a version, ISO with milliseconds, or null. */
export function versionOf(written: unknown, clock: Clock): string | null {
  return utcOf(written, clock)?.utc ?? null;
}
