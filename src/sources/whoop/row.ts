import type { Event, Moment } from '../../../schema/records.ts';
import type { Clock } from '../reading/clock.ts';
import { addNumber, contentId, eventOutcome, isMissing, numberFrom, type Values } from '../reading/measurements.ts';
import { snakeCase } from '../reading/names.ts';
import { bad, left, type Outcome } from '../reading/outcome.ts';
import { ownValue } from '../reading/own-value.ts';
import type { Row } from '../reading/tables.ts';

export type WhoopRole = 'cycle' | 'sleep' | 'workout' | 'journal';

const DEVICE = 'WHOOP';
const EVENTS: Readonly<Record<Exclude<WhoopRole, 'journal'>, Event['event']>> = { cycle: 'summary', sleep: 'sleep', workout: 'workout' };
const STARTS: Readonly<Record<Exclude<WhoopRole, 'journal'>, readonly [start: string, end: string]>> = {
  cycle: ['Cycle start time', 'Cycle end time'],
  sleep: ['Sleep onset', 'Wake onset'],
  workout: ['Workout start time', 'Workout end time'],
};
const UNITS: Readonly<Record<string, string>> = {
  min: 'min',
  bpm: '/min',
  ms: 'ms',
  celsius: 'Cel',
  rpm: '/min',
  cal: 'kcal',
  meters: 'm',
};
/** Never 0 of somebody alive. */
const ZERO_IS_NONE = /heart_rate|_hr$|oxygen|respiratory|skin_temp/;

/** A row of one of the four tables. Times are local, with the offset beside them. The cycle under way has no end yet. */
export function rowOutcome(role: WhoopRole, row: Row, clock: Clock): Outcome {
  const offset = offsetOf(row['Cycle timezone']);
  if (offset === 'unreadable') return bad('no-time', 'time');
  if (role === 'journal') return answerOutcome(row, clock.wall(row['Cycle start time'], offset), clock);
  const [first, second] = STARTS[role];
  const time = clock.wall(row[first], offset);
  // A cycle without sleep says so by leaving the cells of its night blank; a missing column says nothing.
  if (role === 'sleep' && row[first] !== undefined && isMissing(row[first])) return left('empty');
  const end = clock.wall(row[second], offset);
  const values: Values = {};
  for (const [column, cell] of Object.entries(row)) addCell(values, column, cell);
  const id = time === null ? null : `${role} ${contentId(time.utc, row['Activity name'])}`;
  return eventOutcome(clock, { id, event: EVENTS[role], time, end, values, device: DEVICE, version: null });
}

function answerOutcome(row: Row, time: Moment | null, clock: Clock): Outcome {
  if (time === null) return bad('no-time', 'time');
  if (clock.isFuture(time)) return bad('future-time', 'time');
  const item = row['Question text']?.trim().slice(0, 128) ?? '';
  const answer = row['Answered yes']?.trim().toLowerCase();
  if (item === '') return bad('wrong-shape', 'item', time.day);
  if (isMissing(answer)) return left('empty', time.day);
  if (answer !== 'true' && answer !== 'false') return bad('bad-value', 'value', time.day);
  const id = `journal ${contentId(time.utc, item)}`;
  const value = answer === 'true' ? 1 : 0;
  return { is: 'record', record: { type: 'self-report', id, instrument: 'WHOOP journal', item, time, value, version: null } };
}

function addCell(values: Values, column: string, cell: string): void {
  if (isMissing(cell) || /time$|timezone$|onset$|^Notes$/i.test(column)) return;
  const [, label = column, written = ''] = /^(.*?)\s*\(([^()]*)\)$/.exec(column) ?? [];
  const name = snakeCase(ownValue(UNITS, written) === undefined ? column : label);
  const number = numberFrom(cell);
  if (Number.isNaN(number)) {
    if (/^(?:true|false)$/i.test(cell)) values[name] = { value: cell.toLowerCase() === 'true' ? 1 : 0, unit: '1' };
    else values[name] = { value: cell.slice(0, 200), unit: '1' };
  } else if (!(number === 0 && ZERO_IS_NONE.test(name)))
    addNumber(values, name, cell, ownValue(UNITS, written) ?? (column.includes('%') ? '%' : '1'));
}

/** Minutes east of `UTC-04:00`, `UTCZ`, `GMT-5`, `+01:00`. */
export function offsetOf(written: string | undefined): number | null | 'unreadable' {
  if (isMissing(written)) return null;
  const [, sign, hours = '', minutes = '0', zulu] =
    /^(?:UTC|GMT)?(?:([+-])(\d{1,2}):?(\d\d)?|(Z)?)$/i.exec((written as string).trim()) ?? [];
  if (sign === undefined) return zulu !== undefined || /^(?:UTC|GMT)$/i.test((written as string).trim()) ? 0 : 'unreadable';
  const east = Number(hours) * 60 + Number(minutes);
  return east > 1080 ? 'unreadable' : (sign === '-' ? -1 : 1) * east;
}
