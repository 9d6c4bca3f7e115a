import { momentMs } from '../../../schema/moment-ms.ts';
import type { Moment, Sample } from '../../../schema/records.ts';
import type { Attributes } from './element.ts';
import { bad, deviceOf, type Fate, idOf, numberOf, type Reading, spanOf } from './fate.ts';
import { isKnownQuantity, signalName } from './signals.ts';
import { conversionOf } from './units.ts';

const SLEEP = 'HKCategoryTypeIdentifierSleepAnalysis';
const KNOWN: ReadonlySet<string> = new Set([
  ...['type', 'unit', 'value', 'sourceName', 'sourceVersion', 'device', 'creationDate', 'startDate', 'endDate'],
  // Of the app's first year, which gave several measurements as one.
  ...['source', 'min', 'max', 'average', 'recordCount'],
]);

/** A `Record`: a measurement becomes a sample, a category (sleep, a symptom) an event. `zone` is the one that it was made in, where known. */
export function recordFate(attributes: Attributes, zone: string | undefined, reading: Reading): Fate {
  for (const name of Object.keys(attributes)) if (!KNOWN.has(name)) reading.drift.note('unknown-field', name);
  const span = spanOf(attributes, reading, zone);
  if ('fault' in span) return span.fault;
  const { start, end, device } = span;
  const { type, value = attributes.average } = attributes;
  if (type === undefined || type === '') return bad('wrong-shape', 'signal', start.day);
  if (isCategory(type, attributes)) {
    const isSleep = type === SLEEP;
    const name = isSleep ? 'stage' : signalName(type);
    const values = value === undefined ? {} : { [name]: { value: numberOrCode(value), unit: '1' } };
    const id = idOf(type, start.utc, end.utc, device, value);
    const version = reading.moments.read(attributes.creationDate)?.utc ?? null;
    const event = isSleep ? 'sleep' : 'other';
    return { is: 'record', record: { type: 'event', id, event, time: start, end, values, device, version } };
  }
  const given = numberOf(value);
  if (Number.isNaN(given)) return bad('bad-value', 'value', start.day);
  if (!isKnownQuantity(type)) reading.drift.note('unknown-field', type);
  const converted = convert(given, attributes.unit, reading);
  if (!Number.isFinite(converted.value)) return bad('bad-value', 'value', start.day);
  const sample: Sample = { signal: signalName(type), ...converted, device, time: start, endMs: momentMs(end.utc) };
  if (converted.value !== given && attributes.unit !== undefined) sample.original = { value: given, unit: attributes.unit };
  return { is: 'sample', sample };
}

/** What the attributes before a record's dates say of its measurement. */
export interface Measure {
  signal: string;
  device: string;
  /** As the source writes it, or null where it writes none. */
  written: string | null;
  /** In UCUM, and how to convert into it. */
  unit: string;
  factor: number;
  offset: number;
}

/** Null where `recordFate` must look at each record: its type or unit is not known, or there is more to tell. */
export function measureOf(attributes: Attributes): Measure | null {
  const { type = '', unit } = attributes;
  if (!type.startsWith('HKQuantityType') || !isKnownQuantity(type)) return null;
  if (Object.keys(attributes).some((name) => !KNOWN.has(name))) return null;
  const conversion = unit === undefined ? { unit: '1', factor: 1, offset: 0 } : conversionOf(unit);
  return conversion === null ? null : { ...conversion, signal: signalName(type), device: deviceOf(attributes), written: unit ?? null };
}

/** What `recordFate` makes of a measurement that nothing is wrong with; null where something may be. */
export function measuredFate(measure: Measure, value: string, start: Moment, end: Moment, { moments }: Reading): Fate | null {
  const given = numberOf(value);
  if (Number.isNaN(given) || moments.isFuture(start) || end.utc < start.utc) return null;
  const { signal, unit, factor, offset, device, written } = measure;
  const converted = factor === 1 && offset === 0 ? given : given * factor + offset;
  if (!Number.isFinite(converted)) return null;
  const sample: Sample = { signal, value: converted, unit, device, time: start, endMs: momentMs(end.utc) };
  if (converted !== given && written !== null) sample.original = { value: given, unit: written };
  return { is: 'sample', sample };
}

/** A value in UCUM; one whose unit is not known keeps it as it is. */
export function convert(value: number, unit: string | undefined, reading: Reading): { value: number; unit: string } {
  // Old exports leave the unit of a pure number out.
  if (unit === undefined) return { value, unit: '1' };
  const known = conversionOf(unit);
  if (known === null) {
    reading.drift.note('changed-unit', unit);
    return { value, unit: unit.slice(0, 100) };
  }
  return { value: known.factor === 1 && known.offset === 0 ? value : value * known.factor + known.offset, unit: known.unit };
}

/** The zone that a record was made in, where the device noted it in the element. */
export function ownZone(text: string): string | undefined {
  return text.includes('HKTimeZone') ? /\skey="HKTimeZone"\s+value="([\w/+-]+)"/.exec(text)?.[1] : undefined;
}

function isCategory(type: string, { value, unit }: Attributes): boolean {
  if (type.startsWith('HKQuantityType')) return false;
  return type.startsWith('HKCategoryType') || (unit === undefined && Number.isNaN(numberOf(value)));
}

/** Codes of a category are given in our own words. */
function numberOrCode(value: string): number | string {
  const number = numberOf(value);
  return Number.isNaN(number) ? signalName(value) : number;
}
