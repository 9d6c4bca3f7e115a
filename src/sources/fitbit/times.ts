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

const AMERICAN_CLOCK = /^(\d{1,2})\/(\d{1,2})\/(\d\d|\d{4})(?:\s+(\d{1,2}):(\d\d)(?::(\d\d))?(?:\s*([ap])m)?)?$/i;
const HALF_CLOCK = /^(\d{4}-\d\d-\d\d)\s+(\d{1,2}):(\d\d)(?::(\d\d))?\s*([ap])m$/i;

/** `4/12/2016 1:05:00 PM` and `2016-04-12 1:05PM` in ISO form; any other text as it is. */
export function americanOf(written: string | undefined): string | undefined {
  const whole = AMERICAN_CLOCK.exec(written ?? '');
  if (whole !== null) {
    const [, month = '', day = '', year = '', hour = '0', minute = '00', second = '00', half] = whole;
    return `${year.padStart(4, '20')}-${month.padStart(2, '0')}-${day.padStart(2, '0')}T${hourOf(hour, half)}:${minute}:${second}`;
  }
  const iso = HALF_CLOCK.exec(written ?? '');
  if (iso === null) return written;
  const [, day, hour = '', minute, second = '00', half] = iso;
  return `${day}T${hourOf(hour, half)}:${minute}:${second}`;
}

/** An hour of 24 from one of 12 and its half of the day. */
function hourOf(hour: string, half: string | undefined): string {
  if (half === undefined) return hour.padStart(2, '0');
  return String((Number(hour) % 12) + (half.toLowerCase() === 'p' ? 12 : 0)).padStart(2, '0');
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
