import type { Moment } from '../../../schema/records.ts';
import type { Clock } from '../reading/clock.ts';
import { addNumber, eventOutcome, isMissing, numberFrom, type Values } from '../reading/measurements.ts';
import { snakeCase } from '../reading/names.ts';
import { bad, type Outcome } from '../reading/outcome.ts';
import { ownValue } from '../reading/own-value.ts';
import type { Row } from '../reading/tables.ts';
import { moment, msOf } from '../reading/time.ts';

const DAY_MS = 86_400_000;
const UNITS: Readonly<Record<string, string>> = { kcal: 'kcal', m: 'm', 'm/s': 'm/s', kg: 'kg', ms: 'ms', bpm: '/min' };

/** A quarter of an hour of one day; the day stands in the file's name, the offset in the cells. Headers may be in any language. */
export function quarterOutcome(row: Row, name: string, clock: Clock): Outcome {
  const day = /(\d{4}-\d\d-\d\d)[^/]*$/.exec(name)?.[1] ?? '';
  const [from, to, ...columns] = Object.keys(row);
  if (from === undefined || to === undefined) return bad('wrong-shape', 'time');
  const time = clock.at(`${day}T${row[from]}`);
  const end = clock.at(`${day}T${row[to]}`);
  return summary('quarter', row, columns, time, laterThan(time, end), clock);
}

/** A whole day of the summary of all days. */
export function dayOutcome(row: Row, clock: Clock): Outcome {
  const [date, ...columns] = Object.keys(row);
  return summary('day', row, columns, date === undefined ? null : clock.at(row[date]), null, clock);
}

function summary(name: string, row: Row, columns: readonly string[], time: Moment | null, end: Moment | null, clock: Clock): Outcome {
  const values: Values = {};
  for (const column of columns) {
    const cell = row[column];
    if (isMissing(cell) || Number.isNaN(numberFrom(cell))) continue;
    const [, label = column, unit = ''] = /^(.*?)\s*\(([^()]*)\)$/.exec(column) ?? [];
    // Degrees say where somebody was.
    if (unit !== 'deg') addNumber(values, snakeCase(label), cell, ownValue(UNITS, unit) ?? '1');
  }
  const id = time === null ? null : `${name} ${time.utc}`;
  return eventOutcome(clock, { id, event: 'summary', time, end, values, device: null, version: null });
}

/** The last quarter of a day ends at midnight, which is written as the beginning of the same day. */
function laterThan(time: Moment | null, end: Moment | null): Moment | null {
  if (time === null || end === null || msOf(end) > msOf(time)) return end;
  return moment(msOf(end) + DAY_MS, end.offset, end.zone);
}
