import { createHash } from 'node:crypto';
import { Event, type Moment, type Sample } from '../../../schema/records.ts';
import type { Clock } from './clock.ts';
import { bad, left, type Outcome } from './outcome.ts';
import { msOf } from './time.ts';

export type Values = Event['values'];

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

/** The name of a value: no object that is read or checked on the way keeps a member of the name `__proto__`. */
export function valueName(outside: string): string {
  return outside === '__proto__' ? '_proto_' : outside;
}

/** A number that a source writes as such or as text, or NaN; also where it is larger than numbers can be. */
export function numberFrom(written: unknown): number {
  const isNumber = typeof written === 'number' || (typeof written === 'string' && NUMBER.test(written.trim()));
  const number = isNumber ? Number(written) : Number.NaN;
  return Number.isFinite(number) ? number : Number.NaN;
}

/** Whether a field holds nothing. */
export function isMissing(written: unknown): boolean {
  return written === undefined || written === null || written === '' || (typeof written === 'string' && written.trim() === '');
}

/**
 * Puts a value under a name where the source has a number. `convert` makes it one in `unit`; where it changes it, what was written is kept
 * beside it, with its unit where the source names one (`writtenUnit`).
 */
export function addNumber(
  values: Values,
  name: string,
  written: unknown,
  unit: string,
  convert: (value: number) => number = same,
  writtenUnit = '',
): void {
  const number = numberFrom(written);
  const value = convert(number);
  if (!Number.isFinite(value)) return;
  values[valueName(name)] = value === number ? { value, unit } : { value, unit, original: { value: number, unit: writtenUnit } };
}

/** Values as text that tells them apart, the same for the same values whether or not what was written stands beside them. */
export function valuesKey(values: Values): string {
  return JSON.stringify(values, (name, value: unknown) => (name === 'original' ? undefined : value));
}

/** Puts a word under a name where the source has one, at most 1024 characters of it. */
export function addWord(values: Values, name: string, written: unknown): void {
  if (typeof written === 'boolean') values[valueName(name)] = { value: Number(written), unit: '1' };
  else if (!isMissing(written) && (typeof written === 'string' || typeof written === 'number')) {
    values[valueName(name)] = { value: String(written).slice(0, 1024), unit: '1' };
  }
}

export function same(value: number): number {
  return value;
}

/** An id for records whose source gives none: made of what tells them apart, the same in every later export. */
export function contentId(...parts: (string | number | null | undefined)[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
}

/** An id that a source writes as text or as a number that JavaScript holds exactly; else null. */
export function sourceId(written: unknown): string | null {
  if (typeof written === 'string' && written.trim() !== '') return written.trim().slice(0, 900);
  return typeof written === 'number' && Number.isSafeInteger(written) ? String(written) : null;
}

export interface Measured {
  signal: string;
  unit: string;
  device: string;
  time: Moment | null;
  /** UTC milliseconds; the beginning where it is left out. */
  endMs?: number;
  /** As the source has it. */
  value: unknown;
  convert?: (value: number) => number;
  /** Unit that the source writes, kept with its number where `convert` changes it; the format's own one where it is left out. */
  written?: string;
  /** Whether a number is what the source writes where it has none. */
  isNone?: (value: number) => boolean;
}

/** A sample, or why there is none: no time, a time to come, nothing measured, no number. */
export function sampleOutcome(clock: Clock, given: Measured): Outcome {
  const { time, signal, unit, value: written } = given;
  if (time === null) return bad('no-time', 'time');
  if (clock.isFuture(time)) return bad('future-time', 'time');
  if (isMissing(written)) return left('empty', time.day);
  const number = numberFrom(written);
  if (Number.isNaN(number)) return bad('bad-value', 'value', time.day);
  if (given.isNone?.(number) === true) return left('empty', time.day);
  const endMs = given.endMs ?? msOf(time);
  if (!Number.isFinite(endMs) || endMs < msOf(time)) return bad('bad-value', 'end', time.day);
  const value = given.convert === undefined ? number : given.convert(number);
  if (!Number.isFinite(value)) return bad('bad-value', 'value', time.day);
  const sample: Sample = { signal, unit, device: given.device.slice(0, 256) || 'unknown', time, endMs, value };
  if (value !== number) sample.original = { value: number, unit: given.written ?? '' };
  return { is: 'sample', sample };
}

export interface Happened {
  id: string | null;
  event: Event['event'];
  time: Moment | null;
  end: Moment | null;
  values: Values;
  device: string | null;
  version: string | null;
}

/** An event, or why there is none. One without any value is empty. */
export function eventOutcome(clock: Clock, given: Happened): Outcome {
  const { id, time, end, values } = given;
  if (time === null) return bad('no-time', 'time');
  if (clock.isFuture(time)) return bad('future-time', 'time');
  if (id === null) return bad('no-id', 'id', time.day);
  if (end !== null && end.utc < time.utc) return bad('bad-value', 'end', time.day);
  if (Object.keys(values).length === 0) return left('empty', time.day);
  const record = Event.safeParse({ type: 'event', ...given, device: given.device?.slice(0, 256) ?? null });
  if (!record.success) return bad('wrong-shape', 'values', time.day);
  return { is: 'record', record: record.data };
}
