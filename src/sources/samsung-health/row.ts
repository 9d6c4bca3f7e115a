import type { Moment } from '../../../schema/records.ts';
import type { Clock } from '../reading/clock.ts';
import {
  addNumber,
  addWord,
  contentId,
  eventOutcome,
  isMissing,
  numberFrom,
  sampleOutcome,
  type Values,
  valuesKey,
} from '../reading/measurements.ts';
import { snakeCase, unitOfName } from '../reading/names.ts';
import { bad, type Outcome } from '../reading/outcome.ts';
import { ownValue } from '../reading/own-value.ts';
import { isZero } from '../reading/scales.ts';
import type { Row } from '../reading/tables.ts';
import { momentFrom, msOf } from '../reading/time.ts';
import { columnUnits, type SamsungTable, samsungTables, stages } from './tables.ts';

const DAY_MS = 86_400_000;
/** Columns that are times, ids and devices, lists in other files, or say where somebody was. */
const HEAD =
  /^(?:start_time|end_time|day_time|time_offset|create_time|update_time|\w*uuid|pkg_name|source\w*|\w*_sh_ver|client_data\w*|binning_data|custom|live_data\w*|location_data\w*|additional|\w*(?:latitude|longitude|altitude)|comment|title|sensing_status|\w*_unit|unit|sleep_id|)$/;

/** What becomes of a row of a table. Times are UTC with the offset beside them, or carry their own. */
export function rowOutcome(table: string, row: Row, clock: Clock): Outcome {
  const shape = samsungTables[table] as SamsungTable;
  const offset = offsetOf(row.time_offset);
  if (offset === 'unreadable') return bad('no-time', 'time');
  const time = momentOf(isMissing(row.start_time) ? row.day_time : row.start_time, offset, shape.isDay === true, clock);
  const end = momentOf(row.end_time, offset, false, clock);
  const device = [row.source_name, row.deviceuuid, row.pkg_name].find((name) => !isMissing(name)) ?? 'unknown';
  // Days repeat for each device: which one the row counts is part of its name.
  const source = isMissing(row.source_type) ? device : `${device} source ${row.source_type}`;
  if (shape.becomes !== 'sample') return eventRow(table, row, time, end, source, clock);
  const { signal, unit, convert, zeroIsNone } = shape;
  const value = shape.column
    .split('|')
    .map((column) => row[column])
    .find((cell) => !isMissing(cell));
  const endMs = shape.isDay === true && time !== null ? msOf(time) + DAY_MS : end === null ? null : msOf(end);
  return sampleOutcome(clock, {
    ...{ signal, unit, device: source, time, value },
    ...(endMs === null ? {} : { endMs }),
    ...(convert === undefined ? {} : { convert }),
    ...(zeroIsNone === true ? { isNone: isZero } : {}),
  });
}

function eventRow(table: string, row: Row, time: Moment | null, end: Moment | null, device: string, clock: Clock): Outcome {
  const values: Values = {};
  for (const [column, cell] of Object.entries(row)) {
    // A cell may name a list beside the table.
    if (HEAD.test(column) || isMissing(cell) || cell.endsWith('.json')) continue;
    const name = snakeCase(column);
    const [unit, factor] = ownValue(columnUnits, column) ?? [unitOfName(column), 1];
    if (column === 'stage') addWord(values, 'stage', ownValue(stages, cell) ?? cell);
    else if (Number.isNaN(numberFrom(cell))) addWord(values, name, cell);
    else addNumber(values, name === 'weight' ? 'body_mass' : name, cell, unit, (value) => value * factor);
  }
  if (time !== null && end !== null) values.span = { value: (msOf(end) - msOf(time)) / 60_000, unit: 'min' };
  const own = isMissing(row.datauuid) ? contentId(time?.utc, end?.utc, device, valuesKey(values)) : row.datauuid;
  const event = (samsungTables[table] as SamsungTable).becomes;
  if (event === 'sample') return bad('wrong-shape');
  const version = isMissing(row.update_time) ? null : (clock.utcAt(row.update_time)?.utc ?? null);
  return eventOutcome(clock, { id: `${table} ${own}`, event, time, end, values, device, version });
}

/** A day is local, whatever its offset says; another time is UTC, unless it carries its own offset. */
function momentOf(written: string | undefined, offset: number | null, isDay: boolean, clock: Clock): Moment | null {
  if (isMissing(written)) return null;
  const read = momentFrom(written, null);
  if (read === null) return null;
  if (isDay) return clock.at(read.utc.slice(0, 10));
  return read.zone === 'stated' ? read : clock.withOffset(msOf(read), offset);
}

/** Minutes east of `UTC+0530`; of `UTC+28550` as well, which is seconds. Null where there is none. */
export function offsetOf(written: string | undefined): number | null | 'unreadable' {
  if (isMissing(written)) return null;
  const [, sign, digits = ''] = /^UTC([+-])(\d{1,6})$/.exec((written as string).trim().replace(':', '')) ?? [];
  if (sign === undefined) return 'unreadable';
  const minutes = digits.length <= 4 ? Math.floor(Number(digits) / 100) * 60 + (Number(digits) % 100) : Math.round(Number(digits) / 60);
  return minutes > 1080 ? 'unreadable' : (sign === '-' ? -1 : 1) * minutes;
}
