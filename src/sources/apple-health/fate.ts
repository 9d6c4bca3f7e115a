import { hash } from 'node:crypto';
import type { ErrorCode } from '../../../schema/errors.ts';
import type { Event, Moment, Sample } from '../../../schema/records.ts';
import type { ExclusionReason } from '../../../schema/source.ts';
import type { DriftOnce } from '../reading/drift.ts';
import type { Attributes } from './element.ts';
import type { Moments } from './moments.ts';

/** What becomes of one child of the root. */
export type Fate =
  | { is: 'sample'; sample: Sample }
  | { is: 'record'; record: Event; exported?: string | null }
  | { is: 'quarantined'; reason: ErrorCode; field?: string; day: string | null }
  | { is: 'excluded'; reason: ExclusionReason };

export interface Reading {
  /** The element that says when the export was made, once it has been read. */
  exported: Buffer | null;
  moments: Moments;
  drift: DriftOnce;
}

/** Beginning, end and device, which all elements with a time share; or why they cannot be had. */
export type Span = { start: Moment; end: Moment; device: string } | { fault: Fate };

export function spanOf(attributes: Attributes, { moments }: Reading, zone?: string): Span {
  const start = moments.read(attributes.startDate, zone);
  if (start === null) return { fault: bad('no-time', 'time', null) };
  if (moments.isFuture(start)) return { fault: bad('future-time', 'time', null) };
  const end =
    attributes.endDate === undefined || attributes.endDate === attributes.startDate ? start : moments.read(attributes.endDate, zone);
  if (end === null) return { fault: bad('no-time', 'end', start.day) };
  if (end.utc < start.utc) return { fault: bad('bad-value', 'end', start.day) };
  return { start, end, device: deviceOf(attributes) };
}

export function deviceOf({ sourceName, source }: Attributes): string {
  return (sourceName || source || 'unknown').slice(0, 256);
}

export function bad(reason: ErrorCode, field: string, day: string | null): Fate {
  return { is: 'quarantined', reason, field, day };
}

/** The app gives no ids: one made of what tells records apart, the same in every later export. */
export function idOf(...parts: (string | undefined)[]): string {
  return hash('sha256', JSON.stringify(parts), 'hex').slice(0, 32);
}

/** A number as the app writes it, or NaN; also where it is larger than numbers can be. */
export function numberOf(text: string | undefined): number {
  const number = text !== undefined && /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(text) ? Number(text) : Number.NaN;
  return Number.isFinite(number) ? number : Number.NaN;
}
