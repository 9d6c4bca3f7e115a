import type { Moment } from '../../../schema/records.ts';
import type { ParseContext } from '../../../schema/source.ts';
import { FUTURE_SLACK_MS } from '../reading/limits.ts';
import { moment, momentFrom, msOf, utcMoment } from '../reading/time.ts';
import { zoneNamed } from '../reading/zones.ts';

/**
 * Times of one export. The app writes every date with the offset of the moment of export, those of the other
 * half of the year too: the moment is right, the local day may not be. So the zone of the record itself comes
 * first, then the zone declared for the source, then the offset as it stands.
 */
export class Moments {
  readonly #context: ParseContext;
  #latestMs: number;
  #latest: string;
  /** The last dates read without a zone of their own: the end of one record is often the beginning of the next. */
  readonly #recent = new Map<string, Moment | null>();
  /** Time of the export, ISO, or null as long as it is not known. */
  exported: string | null = null;

  constructor(context: ParseContext) {
    this.#context = context;
    this.#latestMs = context.arrivedMs + FUTURE_SLACK_MS;
    this.#latest = textOf(this.#latestMs);
  }

  /** From here on nothing is believed that lies more than a day after the export. */
  setExported(written: string | undefined): void {
    const time = momentFrom(written, null);
    if (time === null || msOf(time) > this.#latestMs) return;
    this.exported = time.utc;
    this.#latestMs = msOf(time) + FUTURE_SLACK_MS;
    this.#latest = textOf(this.#latestMs);
  }

  /** A date of a record, or null where it cannot be read. `zone` is the record's own, where it has one. */
  read(written: string | undefined, zone?: string): Moment | null {
    if (written === undefined) return null;
    if (zone !== undefined && isZone(zone)) {
      const stated = this.#stated(written);
      const own = stated === null ? null : utcMoment(msOf(stated), zone);
      return own === null ? null : { ...own, zone: 'stated' };
    }
    let known = this.#recent.get(written);
    if (known === undefined) {
      const stated = this.#stated(written);
      known = stated === null || this.#context.zone === null ? stated : utcMoment(msOf(stated), this.#context.zone);
      if (this.#recent.size >= mostRecent) this.#recent.clear();
      this.#recent.set(written, known);
    }
    return known;
  }

  #stated(written: string): Moment | null {
    return readStated(written) ?? momentFrom(isoOf(written), this.#context.zone);
  }

  /** The date at a place of a text, or null where only `read` can tell: it is written otherwise, or a zone was declared. */
  at(text: string, place: number): Moment | null {
    return this.#context.zone === null ? statedAt(text, place) : null;
  }

  /** The beginning of a day, in the declared zone or else in UTC. */
  ofDay(written: string | undefined): Moment | null {
    return /^\d{4}-\d\d-\d\d$/.test(written ?? '') ? momentFrom(written, this.#context.zone) : null;
  }

  isFuture(time: Moment): boolean {
    return time.utc > this.#latest;
  }
}

function isZone(name: string): boolean {
  try {
    zoneNamed(name);
    return true;
  } catch {
    return false;
  }
}

/** A moment as text of one length, so that texts compare as moments do. */
function textOf(ms: number): string {
  return new Date(ms).toISOString();
}

/** `201410031205-0400`, with or without seconds: how the app wrote dates in its first year. */
const FIRST_FORM = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)?([+-]\d{4})$/;

function isoOf(written: string): string {
  const [, year, month, day, hour, minute, second = '00', offset] = FIRST_FORM.exec(written) ?? [];
  return offset === undefined ? written : `${year}-${month}-${day} ${hour}:${minute}:${second} ${offset}`;
}

const mostRecent = 64;
const STATED = /^(\d{4}-\d\d-\d\d) ([01]\d|2[0-3]):([0-5]\d):([0-5]\d) ([+-])(0\d|1[0-7])([0-5]\d)$/;
const HOUR_MS = 3_600_000;
const DATE = '2026-01-31 12:00:00 +0100'.length;

/** The hour that dates were last seen in, at one offset: those of the same hour differ in minutes and seconds alone. */
interface Hour {
  /** Date and hour as written, and the offset as written. */
  begin: string;
  end: string;
  /** Date and hour in UTC, up to the colon; null where the offset is no whole hours, or there is no such moment. */
  utc: string | null;
  offset: number;
  day: string;
}

let last: Hour = { begin: '', end: '', utc: null, offset: 0, day: '' };

function readStated(written: string): Moment | null {
  return written.length === DATE ? statedAt(written, 0) : null;
}

/** The app's own form, which is read a few times for each of millions of records; null for any other. */
function statedAt(text: string, at: number): Moment | null {
  if (last.begin === '' || !text.startsWith(last.begin, at) || !text.startsWith(last.end, at + 19)) {
    const hour = hourOf(text.slice(at, at + DATE));
    if (hour === null) return null;
    last = hour;
  } else if (!isSixtieth(text, at + 14) || !isSixtieth(text, at + 17) || text[at + 16] !== ':') return null;
  const { utc, offset, day } = last;
  if (utc === null) return null;
  return { utc: `${utc}${text.slice(at + 14, at + 19)}.000Z`, offset, zone: 'stated', day };
}

function hourOf(written: string): Hour | null {
  const found = STATED.exec(written);
  if (found === null) return null;
  const [, day = '', hour = '', , , sign, hours = '', minutes = ''] = found;
  const east = +hours * 60 + +minutes;
  const offset = sign === '-' && east > 0 ? -east : east;
  const begin = momentFrom(day, null);
  const time = begin === null ? null : moment(msOf(begin) + +hour * HOUR_MS - offset * 60_000, offset, 'stated');
  const utc = time === null || offset % 60 !== 0 ? null : time.utc.slice(0, 14);
  return { begin: written.slice(0, 14), end: written.slice(19), utc, offset, day };
}

/** Whether two digits below sixty stand at a place. */
function isSixtieth(text: string, at: number): boolean {
  const tens = text.charCodeAt(at) - 48;
  const ones = text.charCodeAt(at + 1) - 48;
  return tens >= 0 && tens <= 5 && ones >= 0 && ones <= 9;
}
