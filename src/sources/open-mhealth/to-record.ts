import { createHash } from 'node:crypto';
import type { Event, Sample } from '../../../schema/records.ts';
import type { ParseContext } from '../../../schema/source.ts';
import type { DriftOnce } from '../reading/drift.ts';
import { valueName } from '../reading/measurements.ts';
import { bad, left, type Outcome } from '../reading/outcome.ts';
import { ownValue } from '../reading/own-value.ts';
import { momentFrom } from '../reading/time.ts';
import { isObject } from './check.ts';
import { type Span, spanOf } from './time-frame.ts';
import { inUcum } from './units.ts';

type Values = Event['values'];
type Fields = Readonly<Record<string, unknown>>;

/** Measures whose signal bears another name here. */
const SIGNALS: Readonly<Record<string, string>> = {
  step_count: 'steps',
  body_weight: 'body_mass',
  body_height: 'height',
  kcal_burned: 'active_energy',
  rr_interval: 'ibi',
};
const MAX_DEPTH = 4;
const MAX_VALUES = 200;

export interface Reading {
  context: ParseContext;
  drift: DriftOnce;
}

/**
 * What a body becomes: a sample where it holds one number and nothing beside it but its statistic, an event with all its
 * values otherwise. `header` is null for a body alone, which has no id of its own.
 */
export function bodyOutcome(name: string, body: Fields, header: Fields | null, reading: Reading): Outcome {
  // A body alone that states no time is a value that stands in other records, not a measurement.
  if (body.effective_time_frame === undefined && header === null) return left('not-collected');
  const span = spanOf(body.effective_time_frame, reading.context);
  if (span === 'no-time' || span === 'future-time') return bad(span, 'time');
  const values = valuesOf(body, reading);
  if (Object.keys(values).length === 0) return left('empty', span.start.day);
  const device = deviceOf(header);
  const sample = sampleOf(values, span, device);
  if (sample !== null) return sample;
  if (span.partOfDay !== null) values.part_of_day = { value: span.partOfDay, unit: '1' };
  const version = versionOf(header, reading.context);
  const id = textOf(header?.id) ?? textOf(header?.uuid) ?? contentId(name, body);
  const { start: time, end } = span;
  return { is: 'record', record: { type: 'event', id, event: eventOf(name), time, end, values, device, version } };
}

function sampleOf(values: Values, span: Span, device: string): Outcome | null {
  const { descriptive_statistic: statistic, ...rest } = values;
  const [only, another] = Object.entries(rest);
  // The schemas let an interval end before it begins: such a one stays as it was written, as an event.
  if (only === undefined || another !== undefined || span.end === null || span.end.utc < span.start.utc) return null;
  const [name, { value, unit, original }] = only;
  if (typeof value !== 'number') return null;
  const plain = ownValue(SIGNALS, name) ?? name;
  const signal = statistic === undefined ? plain : `${plain}_${String(statistic.value).replaceAll(/[^a-z0-9]+/g, '_')}`;
  const sample: Sample = { signal, unit, device, time: span.start, endMs: Date.parse(span.end.utc), value };
  if (original !== undefined) sample.original = original;
  return { is: 'sample', sample };
}

/** Every value of a body by the names that lead to it, in UCUM; units that the table lacks stay and are reported. */
function valuesOf(body: Fields, reading: Reading): Values {
  const values: Values = {};
  const add = (name: string, value: unknown, depth: number): void => {
    if (Object.keys(values).length >= MAX_VALUES || depth > MAX_DEPTH) return;
    if (typeof value === 'number') values[name] = { value, unit: '1' };
    else if (typeof value === 'string') values[name] = { value: value.toWellFormed(), unit: '1' };
    else if (typeof value === 'boolean') values[name] = { value: String(value), unit: '1' };
    else if (Array.isArray(value)) for (const [index, entry] of value.entries()) add(`${name}.${index}`, entry, depth + 1);
    else if (isObject(value)) {
      if (typeof value.value === 'number' && typeof value.unit === 'string') values[name] = converted(value.value, value.unit, reading);
      else for (const [inner, entry] of Object.entries(value)) add(`${name}.${inner}`, entry, depth + 1);
    }
  };
  for (const [name, value] of Object.entries(body)) if (name !== 'effective_time_frame') add(valueName(name), value, 0);
  return values;
}

function converted(value: number, unit: string, reading: Reading): Values[string] {
  const known = inUcum(value, unit);
  if (known === null) reading.drift.note('changed-unit', unit);
  if (known === null) return { value, unit: unit.slice(0, 100) };
  return known.value === value ? known : { ...known, original: { value, unit } };
}

function eventOf(name: string): Event['event'] {
  if (/sleep/.test(name)) return 'sleep';
  return name === 'physical-activity' || name === 'hk-workout' ? 'workout' : 'other';
}

function deviceOf(header: Fields | null): string {
  const provenance = header?.acquisition_provenance;
  return ((isObject(provenance) ? textOf(provenance.source_name) : null) ?? 'unknown').slice(0, 256);
}

/** When the source last wrote the data point. */
function versionOf(header: Fields | null, context: ParseContext): string | null {
  const provenance = isObject(header?.acquisition_provenance) ? header.acquisition_provenance : {};
  const written = provenance.source_last_modification_date_time ?? header?.creation_date_time ?? header?.source_creation_date_time;
  return momentFrom(written, context.zone)?.utc ?? null;
}

function contentId(name: string, body: Fields): string {
  return createHash('sha256')
    .update(JSON.stringify([name, body]))
    .digest('hex')
    .slice(0, 32);
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' && value.length <= 1024 ? value : null;
}
