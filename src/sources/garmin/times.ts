import type { Moment } from '../../../schema/records.ts';
import type { Clock } from '../reading/clock.ts';
import { isFields } from '../reading/documents.ts';
import { momentFrom, msOf } from '../reading/time.ts';

/** Offsets of zones are whole quarters of an hour. */
const QUARTER_MS = 900_000;
const MAX_OFFSET_MS = 18 * 3_600_000;

/**
 * A time as text or number, in whichever of the vendor's forms it is: as it is, as `{ "date": … }` (exports of 2022), or as an array of
 * year, month, day and further parts (what its server is written in writes such).
 */
function plain(written: unknown): unknown {
  if (isFields(written)) return written.date;
  if (!Array.isArray(written)) return written;
  const [year, month, day, hour = 0, minute = 0, second = 0] = written;
  const parts: unknown[] = [year, month, day, hour, minute, second];
  if (!parts.every((part) => typeof part === 'number' && Number.isInteger(part) && part >= 0 && part < 10_000)) return null;
  const digits = (parts as number[]).map((part, at) => String(part).padStart(at === 0 ? 4 : 2, '0'));
  return `${digits.slice(0, 3).join('-')}T${digits.slice(3).join(':')}`;
}

/** The reading of a clock, UTC or not, as if it were UTC. */
function wallMs(written: unknown): number | null {
  const read = momentFrom(plain(written), null);
  return read === null ? null : msOf(read);
}

/** A time in UTC. */
export function utcTime(written: unknown, clock: Clock): Moment | null {
  return clock.utcAt(plain(written));
}

/** A wall clock, which only a declared zone makes a moment. A number is that clock's reading, too. */
export function localTime(written: unknown, clock: Clock): Moment | null {
  const ms = wallMs(written);
  return ms === null ? null : clock.at(new Date(ms).toISOString().slice(0, -1));
}

/** A moment that is written twice, in UTC and by the wall clock: both give the offset. With one of them the zone serves. */
export function pairedTime(utc: unknown, local: unknown, clock: Clock): Moment | null {
  const ms = wallMs(utc);
  if (ms === null) return localTime(local, clock);
  const wall = wallMs(local);
  const offset = wall === null ? null : wall - ms;
  const isOffset = offset !== null && Math.abs(offset) <= MAX_OFFSET_MS && offset % QUARTER_MS === 0;
  return isOffset ? clock.withOffset(ms, offset / 60_000) : clock.utc(ms);
}

/** A calendar day, perhaps with a time that means nothing, as text; null where there is none. */
export function dayText(written: unknown): string | null {
  const ms = wallMs(written);
  return ms === null ? null : new Date(ms).toISOString().slice(0, 10);
}

/** The beginning of a local day. */
export function dayTime(written: unknown, clock: Clock): Moment | null {
  return clock.at(dayText(written));
}

/** The time of a version, where one is written: some versions are mere numbers. */
export function versionOf(written: unknown, clock: Clock): string | null {
  return utcTime(written, clock)?.utc ?? null;
}
