import type { Moment } from '../../../schema/records.ts';
import type { Clock } from '../reading/clock.ts';
import { type Fields, isFields } from '../reading/documents.ts';
import { addNumber, addWord, eventOutcome, numberFrom, sampleOutcome, type Values } from '../reading/measurements.ts';
import { snakeCase } from '../reading/names.ts';
import { bad, type Outcome } from '../reading/outcome.ts';
import { msOf } from '../reading/time.ts';
import { dayOf, utcOf } from './times.ts';

/** The account's own series, which the vendor has already merged over its devices. */
export const DEVICE = 'Fitbit';
export const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

interface SeriesRole {
  signal: string;
  unit: string;
  /** Moments of UTC, or whole local days. */
  times: 'utc' | 'day';
  spanMs: number;
  /** The member of an entry's value that counts, where the value is an object. */
  member?: string;
  convert?: (value: number) => number;
  /** Whether 0 stands for nothing measured. */
  zeroIsNone?: boolean;
}

const minutes = (signal: string, unit: string, more: Partial<SeriesRole> = {}): SeriesRole => ({
  ...{ signal, unit, times: 'utc', spanMs: MINUTE_MS },
  ...more,
});
const daily = (signal: string, unit: string, more: Partial<SeriesRole> = {}): SeriesRole => ({
  ...{ signal, unit, times: 'day', spanMs: DAY_MS },
  ...more,
});

/** Divided, not multiplied by 0.01: the same metres as the tables have, to the last bit. */
export const centimetres = (value: number): number => value / 100;

/** Files of `{ "dateTime", "value" }` by the word their name begins with. */
export const seriesRoles: Readonly<Record<string, SeriesRole>> = {
  heart_rate: minutes('heart_rate', '/min', { spanMs: 0, member: 'bpm', zeroIsNone: true }),
  steps: minutes('steps', '1'),
  calories: minutes('energy', 'kcal'),
  distance: minutes('distance', 'm', { convert: centimetres }),
  altitude: minutes('elevation_gain', 'm', { convert: (feet) => feet * 0.3048 }),
  resting_heart_rate: daily('resting_heart_rate', '/min', { member: 'value', zeroIsNone: true }),
  sedentary_minutes: daily('sedentary_time', 'min'),
  lightly_active_minutes: daily('lightly_active_time', 'min'),
  moderately_active_minutes: daily('moderately_active_time', 'min'),
  very_active_minutes: daily('very_active_time', 'min'),
  demographic_vo2_max: daily('vo2_max', 'mL/kg/min', { member: 'demographicVO2Max', zeroIsNone: true }),
  run_vo2_max: minutes('vo2_max', 'mL/kg/min', { spanMs: 0, member: 'runVO2Max', zeroIsNone: true }),
  time_in_heart_rate_zones: daily('time_in_heart_rate_zones', 'min'),
  swim_lengths_data: minutes('swim_lengths', '1'),
};

/** What becomes of an entry of a series. */
export function seriesOutcome(word: string, value: unknown, clock: Clock): Outcome {
  if (!isFields(value)) return bad('wrong-shape');
  const role = seriesRoles[word] as SeriesRole;
  const time = role.times === 'utc' ? utcOf(value.dateTime, clock) : dayOf(value.dateTime, clock);
  if (word === 'time_in_heart_rate_zones') return zonesOutcome(value, clock);
  if (word === 'swim_lengths_data') return lengthOutcome(value, time, clock);
  const inner = isFields(value.value) ? value.value[role.member ?? 'value'] : value.value;
  const { signal, unit, spanMs, convert, zeroIsNone } = role;
  return sampleOutcome(clock, {
    ...{ signal, unit, device: DEVICE, time, value: inner },
    ...(time === null ? {} : { endMs: msOf(time) + spanMs }),
    ...(convert === undefined ? {} : { convert }),
    ...(zeroIsNone === true ? { isNone: (number: number) => number === 0 } : {}),
  });
}

function zonesOutcome(entry: Fields, clock: Clock): Outcome {
  const time = dayOf(entry.dateTime, clock);
  const inZones = isFields(entry.value) ? entry.value.valuesInZones : null;
  if (!isFields(inZones)) return bad('wrong-shape', 'values', time?.day ?? null);
  const values: Values = {};
  for (const [zone, given] of Object.entries(inZones)) {
    if (!Number.isNaN(numberFrom(given))) addNumber(values, zone.toLowerCase().slice(0, 100), given, 'min');
  }
  const id = time === null ? null : `time-in-heart-rate-zones ${time.day}`;
  return eventOutcome(clock, { id, event: 'summary', time, end: null, values, device: DEVICE, version: null });
}

/** A length of a pool: how long it took, the strokes and their kind. */
function lengthOutcome(entry: Fields, time: Moment | null, clock: Clock): Outcome {
  const values: Values = {};
  for (const [name, given] of Object.entries(isFields(entry.value) ? entry.value : {})) {
    if (Number.isNaN(numberFrom(given))) addWord(values, snakeCase(name), given);
    else addNumber(values, snakeCase(name), given, /sec$/i.test(name) ? 's' : '1');
  }
  const id = time === null ? null : `swim-length ${time.utc}`;
  return eventOutcome(clock, { id, event: 'summary', time, end: null, values, device: DEVICE, version: null });
}
