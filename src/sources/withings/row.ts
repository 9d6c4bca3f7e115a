import type { Event, Moment } from '../../../schema/records.ts';
import type { Clock } from '../reading/clock.ts';
import { addNumber, contentId, eventOutcome, isMissing, numberFrom, sampleOutcome, type Values } from '../reading/measurements.ts';
import { snakeCase } from '../reading/names.ts';
import type { Outcome } from '../reading/outcome.ts';
import { ownValue } from '../reading/own-value.ts';
import type { Row } from '../reading/tables.ts';
import { msOf } from '../reading/time.ts';

const DEVICE = 'Withings';
const DAY_MS = 86_400_000;
const UNITS: Readonly<Record<string, readonly [unit: string, factor: number]>> = {
  ...{ s: ['s', 1], min: ['min', 1], kg: ['kg', 1], lb: ['kg', 0.453_592_37], lbs: ['kg', 0.453_592_37], m: ['m', 1], cm: ['m', 0.01] },
  ...{ mmHg: ['mm[Hg]', 1], bpm: ['/min', 1], '%': ['%', 1], 'm/s': ['m/s', 1], '°C': ['Cel', 1], kcal: ['kcal', 1] },
};
/** Names in the languages seen so far; a column in another keeps its own. */
const NAMES: readonly (readonly [RegExp, string])[] = [
  [/^(?:weight|gewicht|poids|peso)$/, 'body_mass'],
  [/^(?:light|leicht|l_ger|ligero)$/, 'light'],
  [/^(?:deep|tief|profond|profundo)$/, 'deep'],
  [/^(?:awake|wach|veil|despierto)$/, 'awake'],
  [/^(?:wakeup|aufwachen|wake_up)$/, 'wake_ups'],
  [/^(?:spo2|spo_2|oxygen_saturation|sauerstoffs_ttigung|saturation_en_oxyg_ne)$/, 'oxygen_saturation'],
  [/^(?:heart_rate|herzfrequenz)$/, 'heart_rate'],
  [/^(?:systolic|systolisch|systolique)$/, 'blood_pressure_systolic'],
  [/^(?:diastolic|diastolisch|diastolique)$/, 'blood_pressure_diastolic'],
];

export type RowRole = 'sleep' | 'activities' | 'weight' | 'bp' | 'height' | 'oxy';

const EVENTS: Readonly<Record<RowRole, Event['event']>> = {
  sleep: 'sleep',
  activities: 'workout',
  weight: 'other',
  bp: 'other',
  height: 'other',
  oxy: 'other',
};

/** A height as Americans write it: 5' 10.0''. */
const FEET = /^(\d+)'\s*(\d+(?:\.\d+)?)''$/;

/** A row whose first cell is its time, and of sleep and activities the second its end. Headers may be in any language. */
export function rowOutcome(role: RowRole, row: Row, clock: Clock): Outcome {
  const spans = role === 'sleep' || role === 'activities';
  const [start, second] = Object.values(row);
  const time = clock.at(start);
  const end = spans ? clock.at(second) : null;
  const values: Values = {};
  for (const [column, cell] of Object.entries(row).slice(spans ? 2 : 1)) addCell(values, role, column, cell, clock);
  const id = time === null ? null : `${role} ${contentId(time.utc, end?.utc)}`;
  return eventOutcome(clock, { id, event: EVENTS[role], time, end, values, device: DEVICE, version: null });
}

const AGGREGATES: Readonly<Record<string, readonly [signal: string, unit: string]>> = {
  steps: ['steps_daily', '1'],
  distance: ['distance_daily', 'm'],
  elevation: ['elevation_gain_daily', 'm'],
  calories_earned: ['active_energy_daily', 'kcal'],
  calories_passive: ['basal_energy_daily', 'kcal'],
};

/** A whole day: date and value. */
export function dayOutcome(name: string, row: Row, clock: Clock): Outcome {
  const word = /aggregates_(.+)\.csv$/i.exec(name)?.[1]?.toLowerCase() ?? '';
  const [signal, unit] = ownValue(AGGREGATES, word) ?? [`${snakeCase(word)}_daily`, '1'];
  const [date, value] = Object.values(row);
  const time: Moment | null = clock.at(date?.slice(0, 10));
  return sampleOutcome(clock, { signal, unit, device: DEVICE, time, value, ...(time === null ? {} : { endMs: msOf(time) + DAY_MS }) });
}

function addCell(values: Values, role: RowRole, column: string, cell: string, clock: Clock): void {
  if (isMissing(cell) || /comment|kommentar|gps/i.test(column)) return;
  const [, feet, inches] = FEET.exec(cell) ?? [];
  if (feet !== undefined) addNumber(values, 'height', String(Number(feet) * 12 + Number(inches)), 'm', (all) => all * 0.0254, '[in_i]');
  else if (role === 'activities' && cell.startsWith('{')) addData(values, cell);
  else if (Number.isNaN(numberFrom(cell))) {
    if (clock.at(cell) === null && role === 'activities' && !/^[A-Z]\w+\/\w+/.test(cell))
      values.activity = { value: cell.slice(0, 200), unit: '1' };
  } else {
    const [, label = column, written = ''] = /^(.*?)\s*\(([^()]*)\)$/.exec(column) ?? [];
    const [unit, factor] = ownValue(UNITS, written) ?? [/heart rate|herzfrequenz/i.test(column) ? '/min' : '1', 1];
    addNumber(values, nameOf(ownValue(UNITS, written) === undefined ? column : label), cell, unit, (value) => value * factor, written);
  }
}

/** Numbers of a workout, which stand as JSON in a cell. */
function addData(values: Values, cell: string): void {
  try {
    for (const [name, value] of Object.entries(JSON.parse(cell) as Record<string, unknown>)) {
      addNumber(
        values,
        snakeCase(name),
        value,
        name === 'calories' ? 'kcal' : name === 'distance' ? 'm' : /^hr_/.test(name) ? '/min' : '1',
      );
    }
  } catch {
    values.data = { value: 'unreadable', unit: '1' };
  }
}

function nameOf(column: string): string {
  const name = snakeCase(column);
  return NAMES.find(([pattern]) => pattern.test(name))?.[1] ?? name;
}
