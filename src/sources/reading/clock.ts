import type { Moment } from '../../../schema/records.ts';
import type { ParseContext } from '../../../schema/source.ts';
import { FUTURE_SLACK_MS } from './limits.ts';
import { moment, momentFrom, msOf, utcMoment } from './time.ts';
import { zoneNamed } from './zones.ts';

/** Minutes from UTC beyond which nobody lives. */
const MAX_OFFSET = 1080;

/** Times of one part: in the zone that was declared for the source, else in one that the export itself states. */
export class Clock {
  readonly zone: string | null;
  readonly #isStated: boolean;
  readonly #latestMs: number;

  /** `stated` is a zone that the export names; one that does not exist is left out. */
  constructor(context: ParseContext, stated: string | null = null) {
    this.#isStated = context.zone === null && stated !== null && isZone(stated);
    this.zone = this.#isStated ? stated : context.zone;
    this.#latestMs = context.arrivedMs + FUTURE_SLACK_MS;
  }

  /** A written time; one without an offset is a wall clock in the zone. Null where it cannot be read. */
  at(written: unknown): Moment | null {
    return this.#known(momentFrom(written, this.zone));
  }

  /** A moment of a clock that is UTC; its day follows the zone. */
  utc(ms: number): Moment | null {
    return this.#known(utcMoment(ms, this.zone));
  }

  /** A written time of a clock that is UTC, with or without a Z. */
  utcAt(written: unknown): Moment | null {
    const read = momentFrom(written, null);
    return read === null ? null : this.utc(msOf(read));
  }

  /** A moment whose offset in minutes the record states; where it is null the zone serves. */
  withOffset(utcMs: number, offset: number | null): Moment | null {
    if (offset === null) return this.utc(utcMs);
    return Math.abs(offset) > MAX_OFFSET ? null : moment(utcMs, offset, 'stated');
  }

  /** A wall clock beside which the record states its offset in minutes. */
  wall(written: unknown, offset: number | null): Moment | null {
    const read = momentFrom(written, null);
    if (read === null || read.zone === 'stated') return read;
    return offset === null ? this.at(written) : this.withOffset(msOf(read) - offset * 60_000, offset);
  }

  /** Whether a moment lies more than a day after the arrival. */
  isFuture(time: Moment): boolean {
    return msOf(time) > this.#latestMs;
  }

  #known(time: Moment | null): Moment | null {
    return time !== null && this.#isStated && time.zone === 'declared' ? { ...time, zone: 'stated' } : time;
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
