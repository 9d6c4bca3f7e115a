import type { Moment } from '../../../schema/records.ts';
import type { ParseContext } from '../../../schema/source.ts';
import { FUTURE_SLACK_MS } from '../reading/limits.ts';
import { moment, momentFrom, msOf } from '../reading/time.ts';
import { isObject } from './check.ts';
import { durationMs } from './units.ts';

/** When something was: `end` is null for a part of a day, whose hours the standard does not say. */
export interface Span {
  start: Moment;
  end: Moment | null;
  /** Which part of the day, where no more is known. */
  partOfDay: string | null;
}

/** The span of an `effective_time_frame`; null where it cannot be read, or lies in the future. */
export function spanOf(frame: unknown, context: ParseContext): Span | 'no-time' | 'future-time' {
  const span = readSpan(frame, context.zone);
  if (span === null) return 'no-time';
  const latest = Math.max(msOf(span.start), span.end === null ? 0 : msOf(span.end));
  return latest > context.arrivedMs + FUTURE_SLACK_MS ? 'future-time' : span;
}

function readSpan(frame: unknown, zone: string | null): Span | null {
  if (!isObject(frame)) return null;
  if (frame.date_time !== undefined) {
    const at = momentFrom(frame.date_time, zone);
    return at === null ? null : { start: at, end: at, partOfDay: null };
  }
  const interval = frame.time_interval;
  if (!isObject(interval)) return null;
  if (typeof interval.part_of_day === 'string') {
    const start = momentFrom(interval.date, zone);
    return start === null ? null : { start, end: null, partOfDay: interval.part_of_day };
  }
  const start = interval.start_date_time === undefined ? null : momentFrom(interval.start_date_time, zone);
  const end = interval.end_date_time === undefined ? null : momentFrom(interval.end_date_time, zone);
  if (start !== null && end !== null) return { start, end, partOfDay: null };
  const lasted = isObject(interval.duration) ? readDuration(interval.duration) : null;
  const known = start ?? end;
  if (known === null || lasted === null) return null;
  const other = moment(msOf(known) + (start === null ? -lasted : lasted), known.offset, known.zone);
  if (other === null) return null;
  return start === null ? { start: other, end: known, partOfDay: null } : { start: known, end: other, partOfDay: null };
}

function readDuration({ value, unit }: Readonly<Record<string, unknown>>): number | null {
  if (typeof value !== 'number' || typeof unit !== 'string') return null;
  const ms = durationMs(value, unit);
  return ms === null ? null : Math.round(ms);
}
