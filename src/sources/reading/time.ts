import { momentMs } from '../../../schema/moment-ms.ts';
import type { Moment } from '../../../schema/records.ts';
import { zoneNamed } from './zones.ts';

const EARLIEST_MS = -62_135_596_800_000;
const LATEST_MS = 253_402_300_799_999;
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

const ISO = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?\s?(Z|UTC|[+-]\d\d:?(?:\d\d)?)?)?$/i;
const TWITTER = /^[A-Z][a-z]{2} ([A-Z][a-z]{2}) (\d{1,2}) (\d\d):(\d\d):(\d\d) ([+-]\d{4}) (\d{4})$/;
const EPOCH = /^\d{9,14}(?:\.\d{1,9})?$/;

/** A time as a source writes it: a moment, or a wall clock that states no zone. */
interface WrittenTime {
  /** UTC milliseconds, or the wall clock as if it were UTC. */
  ms: number;
  /** Minutes east that the source states; null where it states none. */
  offset: number | null;
  /** Whether `ms` is a wall clock. */
  wall: boolean;
}

/**
 * A moment from ISO 8601, epoch seconds or milliseconds, or X's own form. `zone` (a name) serves where the
 * time states none; without it a wall clock is taken as UTC and the zone is `unknown`. Null where it cannot be read.
 */
export function momentFrom(value: unknown, zone: string | null): Moment | null {
  const written = readTime(value);
  if (written === null) return null;
  const { ms, offset } = written;
  if (offset !== null) return moment(ms, offset, 'stated');
  if (zone === null) return moment(ms, null, 'unknown');
  const named = zoneNamed(zone);
  const utc = written.wall ? named.toUtc(ms) : ms;
  return moment(utc, named.offsetAt(utc), 'declared');
}

/** A moment from UTC milliseconds, or null outside the years 1 to 9999. */
export function moment(utcMs: number, offset: number | null, zone: Moment['zone']): Moment | null {
  const localMs = utcMs + (offset ?? 0) * 60_000;
  if (!(utcMs >= EARLIEST_MS && utcMs <= LATEST_MS && localMs >= EARLIEST_MS && localMs <= LATEST_MS)) return null;
  const utc = new Date(utcMs).toISOString();
  return { utc, offset, zone, day: localMs === utcMs ? utc.slice(0, 10) : dayOf(localMs) };
}

/** The calendar day of milliseconds. */
export function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

/** Milliseconds since 1970 of a moment. */
export function msOf(at: Moment): number {
  return momentMs(at.utc);
}

function readTime(value: unknown): WrittenTime | null {
  if (typeof value === 'number') return readEpoch(value);
  if (typeof value !== 'string') return null;
  const text = value.trim();
  if (EPOCH.test(text)) return readEpoch(Number(text));
  return readIso(text) ?? readTwitter(text);
}

/** Below 10^8 it is rather a date without hyphens than a moment of the early seventies. */
function readEpoch(value: number): WrittenTime | null {
  if (value >= 1e8 && value < 1e11) return { ms: Math.round(value * 1000), offset: null, wall: false };
  if (value >= 1e11 && value < 1e14) return { ms: Math.round(value), offset: null, wall: false };
  return null;
}

function readIso(text: string): WrittenTime | null {
  const found = ISO.exec(text);
  if (found === null) return null;
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '', stated] = found;
  const wall = wallClock(+(year as string), +(month as string), +(day as string), +hour, +minute, +second);
  if (wall === null) return null;
  const ms = wall + (fraction === '' ? 0 : Math.floor(Number(`0.${fraction}`) * 1000));
  if (stated === undefined) return { ms, offset: null, wall: true };
  const offset = readOffset(stated);
  return offset === null ? null : { ms: ms - offset * 60_000, offset, wall: false };
}

function readTwitter(text: string): WrittenTime | null {
  const found = TWITTER.exec(text);
  if (found === null) return null;
  const [, name = '', day = '', hour = '', minute = '', second = '', stated = '', year = ''] = found;
  const wall = wallClock(+year, MONTHS.indexOf(name.toLowerCase()) + 1, +day, +hour, +minute, +second);
  const offset = readOffset(stated);
  return wall === null || offset === null ? null : { ms: wall - offset * 60_000, offset, wall: false };
}

/** Minutes east, or null beyond 18 hours. */
function readOffset(text: string): number | null {
  if (/^(z|utc)$/i.test(text)) return 0;
  const digits = text.slice(1).replace(':', '');
  const minutes = +digits.slice(0, 2) * 60 + +(digits.slice(2) || '0');
  if (minutes > 1080) return null;
  return text.startsWith('-') && minutes > 0 ? -minutes : minutes;
}

/** Milliseconds of a wall clock as if it were UTC; null where there is no such time. A leap second is the next one. */
function wallClock(year: number, month: number, day: number, hour: number, minute: number, second: number): number | null {
  if (year < 1 || month < 1 || month > 12 || day < 1 || hour > 23 || minute > 59 || second > 60) return null;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCDate() !== day) return null;
  return date.setUTCHours(hour, minute, second, 0);
}

/** A moment of a source whose clock is UTC: in the declared zone where there is one, else as the kind sets it. */
export function utcMoment(utcMs: number, zone: string | null): Moment | null {
  if (zone === null || !Number.isFinite(utcMs)) return moment(utcMs, 0, 'kind');
  return moment(utcMs, zoneNamed(zone).offsetAt(utcMs), 'declared');
}
