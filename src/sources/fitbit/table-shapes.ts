import type { Moment } from '../../../schema/records.ts';
import type { Clock } from '../reading/clock.ts';
import { addNumber, contentId, eventOutcome, isMissing, numberFrom, sampleOutcome, type Values } from '../reading/measurements.ts';
import { snakeCase, unitOfName } from '../reading/names.ts';
import type { Outcome } from '../reading/outcome.ts';
import type { Row } from '../reading/tables.ts';
import { msOf } from '../reading/time.ts';
import { deviceOf } from './devices.ts';
import { dayOf, localOf, utcOf, versionOf } from './times.ts';

export interface TableRole {
  role: string;
  /** Matches the file's name in lower case. */
  pattern: RegExp;
  /** Whether a table with these columns is one of it: others give their files the same names. */
  fits: (columns: readonly string[]) => boolean;
  /** Our name of a column, and under it the column that says whose row it is, where people share a table. */
  nameOf?: (column: string) => string;
  person?: string;
  outcome: (row: Row, clock: Clock) => Outcome;
}

/** Columns in which a table may have its time. */
const TIMES = [
  ...['timestamp', 'date_time', 'recorded_time', 'score_time', 'sleep_start', 'date', 'DATE', 'start time', 'start_time'],
  'start_date_time',
];
const ENDS = ['end time', 'end_time', 'end_date_time'];

const isTimed = (columns: readonly string[]): boolean => TIMES.some((name) => columns.includes(name));

type Times = 'utc' | 'local' | 'day';

function readTime(row: Row, columns: readonly string[], times: Times, clock: Clock): Moment | null {
  const written = columns.map((column) => row[column]).find((cell) => !isMissing(cell));
  return times === 'utc' ? utcOf(written, clock) : times === 'local' ? localOf(written, clock) : dayOf(written, clock);
}

interface Measures {
  signal: string;
  unit: string;
  column: string;
  times: Times;
  spanMs?: number;
  convert?: (value: number) => number;
  /** Whether a number is what the table writes where nothing was measured. */
  isNone?: (value: number) => boolean;
  /** A column that says which of several signals the row measures. */
  part?: string;
}

/** A table of which each row is a sample. */
export function samples(role: string, pattern: RegExp, measures: Measures): TableRole {
  const { unit, column, times, spanMs = 0, convert, isNone, part } = measures;
  const outcome = (row: Row, clock: Clock): Outcome => {
    const time = readTime(row, TIMES, times, clock);
    const signal = part === undefined || isMissing(row[part]) ? measures.signal : `${measures.signal}_${snakeCase(row[part] as string)}`;
    return sampleOutcome(clock, {
      ...{ signal, unit, device: deviceOf(row['data source']), time, value: row[column] },
      ...(time === null ? {} : { endMs: msOf(time) + spanMs }),
      ...(convert === undefined ? {} : { convert }),
      ...(isNone === undefined ? {} : { isNone }),
    });
  };
  return { role, pattern, fits: (columns) => isTimed(columns) && columns.includes(column), outcome };
}

/** Columns that are times, ids or devices, and so none of a summary's values. */
const NO_VALUES: ReadonlySet<string> = new Set([
  ...TIMES,
  ...ENDS,
  ...['UPDATED_AT', 'data source', 'user_id', 'sleep_log_entry_id', 'sleep_id', 'sleep_score_id', 'sleep_end', 'score_utc_offset'],
]);
const IDS = ['sleep_log_entry_id', 'sleep_score_id'];

/** A table of rows of many values: one event of that day, night or minute. */
export function summary(role: string, pattern: RegExp, times: Times): TableRole {
  const outcome = (row: Row, clock: Clock): Outcome => {
    const time = readTime(row, TIMES, times, clock);
    const values: Values = {};
    if (row.CALCULATION_FAILED !== 'true') {
      for (const [column, cell] of Object.entries(row)) {
        if (!NO_VALUES.has(column) && column !== '') addValue(values, column, cell);
      }
    }
    const own = IDS.map((column) => row[column]).find((cell) => !isMissing(cell));
    const device = deviceOf(row['data source']);
    const id = `${role} ${own ?? (time === null ? '' : contentId(time.utc, device))}`;
    const end = readTime(row, ENDS, times, clock);
    if (time !== null && end !== null) addNumber(values, 'duration', (msOf(end) - msOf(time)) / 60_000, 'min');
    return eventOutcome(clock, { id, event: 'summary', time, end, values, device, version: versionOf(row.UPDATED_AT, clock) });
  };
  return { role, pattern, fits: isTimed, outcome };
}

function addValue(values: Values, column: string, cell: string): void {
  if (Number.isNaN(numberFrom(cell))) {
    if (!isMissing(cell) && cell !== 'NaN') values[snakeCase(column)] = { value: cell.slice(0, 1024), unit: '1' };
  } else addNumber(values, snakeCase(column), cell, unitOfName(column));
}
