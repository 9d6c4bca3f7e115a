import { AfferentError } from '../../../schema/errors.ts';
import type { ParseContext } from '../../../schema/source.ts';
import { FUTURE_SLACK_MS } from '../reading/limits.ts';
import { momentFrom, msOf } from '../reading/time.ts';

const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const MAX_RATE = 100_000;

/** A decimal number as written, or NaN: no hexadecimal, no `inf`, no empty text. */
export function decimal(text: string): number {
  return DECIMAL.test(text) ? Number(text) : Number.NaN;
}

/** Seconds since 1970 as the maker writes them, or a date with a time of UTC, as collections put it that moved their dates; else NaN. */
export function secondsOf(text: string): number {
  const number = decimal(text);
  if (!Number.isNaN(number) || !/^\d{4}-\d\d-\d\d[ T]\d/.test(text)) return number;
  const read = momentFrom(text, null);
  return read === null ? Number.NaN : msOf(read) / 1000;
}

/** UTC milliseconds of a header's start; all columns must agree. Throws `no-time`, `future-time`. */
export function startMs(line: string, context: ParseContext): number {
  const columns = line.split(',').map((column) => column.trim());
  const seconds = secondsOf(columns[0] as string);
  const others = columns.slice(1).filter((column) => column !== 'IBI');
  if (!(seconds >= 0 && seconds < 1e11) || others.some((column) => secondsOf(column) !== seconds)) {
    throw new AfferentError('no-time', { field: 'time' });
  }
  const ms = Math.round(seconds * 1000);
  if (ms > context.arrivedMs + FUTURE_SLACK_MS) throw new AfferentError('future-time', { field: 'time' });
  return ms;
}

/** Samples a second of a header's second line. Throws `wrong-shape`. */
export function rateOf(line: string): number {
  const rates = line.split(',').map((column) => decimal(column.trim()));
  const rate = rates[0] as number;
  if (!(rate > 0 && rate <= MAX_RATE) || rates.some((other) => other !== rate)) throw new AfferentError('wrong-shape', { field: 'rate' });
  return rate;
}

const EXPORT_NAME = /^\d{9,11}_([A-Za-z0-9]{6})(?:\.zip)?$/;

/** The wristband's serial number, which the maker puts into the name of an export; else null. */
export function serialOf(arrivalName: string): string | null {
  return EXPORT_NAME.exec(arrivalName)?.[1] ?? null;
}
