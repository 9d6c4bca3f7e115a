import type { Sample } from '../../../schema/records.ts';
import type { Attributes } from './element.ts';
import { bad, type Fate, idOf, numberOf, type Reading, spanOf } from './fate.ts';
import { isKnownQuantity, signalName } from './signals.ts';
import { conversionOf } from './units.ts';

const SLEEP = 'HKCategoryTypeIdentifierSleepAnalysis';
const KNOWN: ReadonlySet<string> = new Set([
  ...['type', 'unit', 'value', 'sourceName', 'sourceVersion', 'device', 'creationDate', 'startDate', 'endDate'],
]);

/** A `Record`: a measurement becomes a sample, a category (sleep, a symptom) an event. `text` is the whole element. */
export function recordFate(attributes: Attributes, text: string, reading: Reading): Fate {
  for (const name of Object.keys(attributes)) if (!KNOWN.has(name)) reading.drift.note('unknown-field', name);
  const span = spanOf(attributes, reading, ownZone(text));
  if ('fault' in span) return span.fault;
  const { start, end, device } = span;
  const { type, value } = attributes;
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
  const sample: Sample = { signal: signalName(type), ...converted, device, time: start, endMs: Date.parse(end.utc) };
  if (converted.value !== given && attributes.unit !== undefined) sample.original = { value: given, unit: attributes.unit };
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

/** The zone that a record was made in, where the device noted it. */
function ownZone(text: string): string | undefined {
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
