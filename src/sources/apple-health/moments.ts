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
  /** Time of the export, ISO, or null as long as it is not known. */
  exported: string | null = null;

  constructor(context: ParseContext) {
    this.#context = context;
    this.#latestMs = context.arrivedMs + FUTURE_SLACK_MS;
  }

  /** From here on nothing is believed that lies more than a day after the export. */
  setExported(written: string | undefined): void {
    const time = momentFrom(written, null);
    if (time === null || msOf(time) > this.#latestMs) return;
    this.exported = time.utc;
    this.#latestMs = msOf(time) + FUTURE_SLACK_MS;
  }

  /** A date of a record, or null where it cannot be read. `zone` is the record's own, where it has one. */
  read(written: string | undefined, zone?: string): Moment | null {
    const stated = readStated(written) ?? momentFrom(written, this.#context.zone);
    if (stated === null || written === undefined) return stated;
    if (zone !== undefined && isZone(zone)) {
      const own = utcMoment(msOf(stated), zone);
      return own === null ? null : { ...own, zone: 'stated' };
    }
    return this.#context.zone === null ? stated : utcMoment(msOf(stated), this.#context.zone);
  }

  /** The beginning of a day, in the declared zone or else in UTC. */
  ofDay(written: string | undefined): Moment | null {
    return /^\d{4}-\d\d-\d\d$/.test(written ?? '') ? momentFrom(written, this.#context.zone) : null;
  }

  isFuture(time: Moment): boolean {
    return msOf(time) > this.#latestMs;
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

const STATED = /^(\d{4}-\d\d-\d\d) ([01]\d|2[0-3]):([0-5]\d):([0-5]\d) ([+-])(0\d|1[0-7])([0-5]\d)$/;
const DAY_SECONDS = 86_400;
/** Where the days begin that dates were last seen on, in seconds of UTC; cleared before it grows. */
const days = new Map<string, number>();

/** The app's own form, which is read a few times for each of millions of records; null for any other. */
function readStated(written: string | undefined): Moment | null {
  const found = written === undefined ? null : STATED.exec(written);
  if (found === null) return null;
  const [, day = '', hour = '', minute = '', second = '', sign, hours = '', minutes = ''] = found;
  let begin = days.get(day);
  if (begin === undefined) {
    const read = momentFrom(day, null);
    if (read === null) return null;
    begin = msOf(read) / 1000;
    if (days.size > 1000) days.clear();
    days.set(day, begin);
  }
  const east = +hours * 60 + +minutes;
  const offset = sign === '-' && east > 0 ? -east : east;
  const seconds = +hour * 3600 + +minute * 60 + +second - offset * 60;
  // Where UTC is on the same day only the hours are to be written anew.
  if (seconds < 0 || seconds >= DAY_SECONDS) return moment((begin + seconds) * 1000, offset, 'stated');
  return { utc: `${day}T${two(seconds / 3600)}:${two((seconds / 60) % 60)}:${second}.000Z`, offset, zone: 'stated', day };
}

function two(number: number): string {
  const whole = Math.floor(number);
  return whole < 10 ? `0${whole}` : `${whole}`;
}
