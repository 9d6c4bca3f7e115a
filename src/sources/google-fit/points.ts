import type { Event, Moment } from '../../../schema/records.ts';
import type { Clock } from '../reading/clock.ts';
import type { JsonUnit } from '../reading/document-units.ts';
import { type Fields, isFields } from '../reading/documents.ts';
import type { DriftOnce } from '../reading/drift.ts';
import { addNumber, addWord, contentId, eventOutcome, numberFrom, sampleOutcome, type Values, valuesKey } from '../reading/measurements.ts';
import { snakeCase } from '../reading/names.ts';
import { bad, left, type Outcome } from '../reading/outcome.ts';
import { outsideText } from '../reading/outside-text.ts';
import { msOf } from '../reading/time.ts';
import { type FitType, fitTuples, fitTypes, notCollected, sleepStages } from './types.ts';

/** One data point of a stream of `All Data`. The stream's name is the device. */
export function pointOutcome(point: unknown, unit: JsonUnit, clock: Clock, drift: DriftOnce): Outcome {
  if (!isFields(point) || !Array.isArray(point.fitValue)) return bad('wrong-shape');
  const device = outsideText(unit.scopes[0]?.['Data Source'] ?? 'unknown');
  const type = outsideText(point.dataTypeName ?? device.split(':')[1] ?? '').replace(/^com\.google\./, '');
  const time = momentOf(point.startTimeNanos, clock);
  const end = momentOf(point.endTimeNanos, clock);
  if (time === null) return bad('no-time', 'time');
  if (end === null) return bad('no-time', 'end', time.day);
  if (notCollected.has(type)) return left('not-collected', time.day);
  const given = point.fitValue.map(numberIn);
  const known = Object.hasOwn(fitTypes, type) ? (fitTypes[type] as FitType) : null;
  if (known !== null || (given.length === 1 && !isEvent(type) && !Number.isNaN(given[0]))) {
    if (known === null) drift.note('unknown-field', type);
    const { signal, unit: ucum, convert, zeroIsNone } = known ?? { signal: snakeCase(type), unit: '1' };
    return sampleOutcome(clock, {
      ...{ signal, unit: ucum, device, time, endMs: msOf(end), value: point.fitValue.length === 0 ? null : given[0] },
      ...(convert === undefined ? {} : { convert }),
      ...(zeroIsNone === true ? { isNone: (value: number) => value === 0 } : {}),
    });
  }
  const values = isEvent(type) ? segment(type, given[0]) : tuple(type, point.fitValue, drift);
  const event: Event['event'] = type === 'sleep.segment' ? 'sleep' : type.endsWith('.summary') ? 'summary' : 'other';
  const id = contentId(type, device, time.utc, end.utc, valuesKey(values));
  const version = clock.utc(numberFrom(point.modifiedTimeMillis))?.utc ?? null;
  return eventOutcome(clock, { id, event, time, end, values, device, version });
}

function isEvent(type: string): boolean {
  return type === 'sleep.segment' || type === 'activity.segment';
}

function segment(type: string, code: number | undefined): Values {
  const values: Values = {};
  if (code === undefined || Number.isNaN(code)) return values;
  if (type === 'sleep.segment') addWord(values, 'stage', sleepStages[code] ?? String(code));
  else addNumber(values, 'activity_code', code, '1');
  return values;
}

function tuple(type: string, list: readonly unknown[], drift: DriftOnce): Values {
  const values: Values = {};
  const names = Object.hasOwn(fitTuples, type) ? fitTuples[type] : undefined;
  if (names === undefined && type !== 'nutrition') drift.note('unknown-field', type);
  for (const [index, item] of list.entries()) {
    const inner = isFields(item) && isFields(item.value) ? item.value : {};
    const [name, unit] = names?.[index] ?? [`${snakeCase(type)}_${index}`, '1'];
    // The platform writes an average of 0 where it has none.
    const number = numberIn(item);
    if (!(names !== undefined && number === 0)) addNumber(values, name, number, unit);
    addWord(values, name, inner.stringVal);
    if (Array.isArray(inner.mapVal)) for (const pair of inner.mapVal) addPair(values, pair);
  }
  return values;
}

function addPair(values: Values, pair: unknown): void {
  if (isFields(pair) && typeof pair.key === 'string') addNumber(values, snakeCase(pair.key), numberIn(pair), '1');
}

function numberIn(item: unknown): number {
  const inner: Fields = isFields(item) && isFields(item.value) ? item.value : {};
  return numberFrom(inner.fpVal ?? inner.intVal);
}

/** Nanoseconds exceed what a JavaScript number holds exactly; milliseconds do not. */
function momentOf(nanos: unknown, clock: Clock): Moment | null {
  return clock.utc(Math.round(numberFrom(nanos) / 1e6));
}
