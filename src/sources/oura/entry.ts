import type { Event, Moment } from '../../../schema/records.ts';
import type { Clock } from '../reading/clock.ts';
import { stateOutcome } from '../reading/device-state.ts';
import { type Fields, isFields } from '../reading/documents.ts';
import { MAX_NESTING } from '../reading/limits.ts';
import {
  addNumber,
  contentId,
  eventOutcome,
  isMissing,
  numberFrom,
  sampleOutcome,
  sourceId,
  type Values,
} from '../reading/measurements.ts';
import { snakeCase } from '../reading/names.ts';
import { left, type Outcome } from '../reading/outcome.ts';
import { outsideText } from '../reading/outside-text.ts';
import { isZero } from '../reading/scales.ts';
import type { Row } from '../reading/tables.ts';
import { msOf } from '../reading/time.ts';
import { BATTERY_TYPE, eventTypes, isRead, noValues, sampleTypes, unitOfField, zeroIsNone } from './types.ts';

const DEVICE = 'Oura';
const DAY_MS = 86_400_000;
const STARTS = ['bedtime_start', 'start_datetime', 'start_time', 'day_start', 'timestamp'];
const ENDS = ['bedtime_end', 'end_datetime', 'end_time', 'day_end'];
/** Fields of a digit for each few minutes: no numbers. */
const CODES = /phase|movement|class_|\d_(?:min|sec)$/;
const DAYS = ['day', 'summary_date', 'start_day', 'date'];

/** A document of a list of this type. Days are local; other times carry their offset. */
export function entryOutcome(type: string, entry: Fields, clock: Clock): Outcome {
  if (!isRead(type)) return left('not-collected');
  const sample = Object.hasOwn(sampleTypes, type) ? sampleTypes[type] : undefined;
  if (type === BATTERY_TYPE && (isTrue(entry.charging) || isTrue(entry.in_charger))) {
    return stateOutcome(clock, {
      signal: 'charging',
      device: DEVICE,
      time: clock.at(entry.timestamp),
      level: numberFrom(entry.level) / 100,
    });
  }
  if (sample !== undefined) {
    const { column, signal, unit } = sample;
    const device = isMissing(entry.source) ? DEVICE : `${DEVICE} ${outsideText(entry.source)}`;
    return sampleOutcome(clock, { signal, unit, device, time: clock.at(entry.timestamp), value: entry[column], isNone: isZero });
  }
  const event = eventTypes[type] as Event['event'];
  const day = dayOf(entry, clock);
  const time = event === 'summary' ? (day ?? timeAmong(entry, STARTS, clock)) : (timeAmong(entry, STARTS, clock) ?? day);
  if (event === 'summary' && isNotWorn(entry)) {
    const from = timeAmong(entry, ['timestamp', 'day_start'], clock) ?? day;
    return stateOutcome(clock, { signal: 'off_wrist', device: DEVICE, time: from, endMs: from === null ? null : msOf(from) + DAY_MS - 1 });
  }
  const end = event === 'summary' ? null : timeAmong(entry, ENDS, clock);
  const values: Values = {};
  addAll(values, '', entry);
  const own = sourceId(entry.id) ?? (time === null ? null : contentId(time.utc, outsideText(entry.period_id ?? '')));
  const id = own === null ? null : `${type} ${own}`;
  return eventOutcome(clock, { id, event, time, end, values, device: DEVICE, version: null });
}

/** A day on which the ring was never worn says so, and zeros that nobody measured. */
function isNotWorn(entry: Fields): boolean {
  return numberFrom(entry.non_wear_time) >= DAY_MS / 1000 || numberFrom(entry.non_wear) >= DAY_MS / 60_000;
}

function isTrue(written: unknown): boolean {
  return written === true || (typeof written === 'string' && written.toLowerCase() === 'true');
}

/** Cells as fields: objects in cells are read, blank ones are none. */
export function fieldsOf(row: Row): Fields {
  const fields: Record<string, unknown> = {};
  for (const [name, cell] of Object.entries(row)) fields[snakeCase(name)] = /^\s*\{/.test(cell) ? (parsed(cell) ?? cell) : cell;
  return fields;
}

function parsed(cell: string): unknown {
  try {
    return JSON.parse(cell);
  } catch {
    return null;
  }
}

function addAll(values: Values, prefix: string, fields: Fields, nesting = 0): void {
  for (const [field, value] of Object.entries(fields)) {
    const name = snakeCase(`${prefix}${field}`);
    if (noValues.test(field) || isMissing(value)) continue;
    if (Array.isArray(value)) {
      // What the ring measured every few minutes, with gaps where it has none.
      if (value.every((item) => item === null || typeof item === 'number'))
        values[name] = { value: value.join(','), unit: unitOfField(name) };
    } else if (isFields(value)) {
      if (nesting < MAX_NESTING) addAll(values, `${field}_`, value, nesting + 1);
    } else if (typeof value === 'boolean') values[name] = { value: Number(value), unit: '1' };
    else if (CODES.test(name) || Number.isNaN(numberFrom(value))) values[name] = { value: outsideText(value).slice(0, 10_000), unit: '1' };
    else if (!(numberFrom(value) === 0 && zeroIsNone.test(name))) addNumber(values, name, value, unitOfField(name));
  }
}

function timeAmong(entry: Fields, names: readonly string[], clock: Clock): Moment | null {
  const written = names.map((name) => entry[name]).find((value) => !isMissing(value));
  return clock.at(written);
}

function dayOf(entry: Fields, clock: Clock): Moment | null {
  const written = DAYS.map((name) => entry[name]).find((value) => !isMissing(value));
  return typeof written === 'string' ? clock.at(written.slice(0, 10)) : null;
}
