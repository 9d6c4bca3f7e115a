import type { Moment } from '../../../schema/records.ts';
import type { Clock } from '../reading/clock.ts';
import type { Fields } from '../reading/documents.ts';
import { addNumber, addWord, contentId, eventOutcome, isMissing, numberFrom, sampleOutcome, type Values } from '../reading/measurements.ts';
import { unitOfName } from '../reading/names.ts';
import { left, type Outcome } from '../reading/outcome.ts';
import { outsideText } from '../reading/outside-text.ts';
import { isZero } from '../reading/scales.ts';
import { msOf } from '../reading/time.ts';
import { type EventTable, eventRecords, isRead, type NumberRecord, numberRecords, sleepStages } from './records.ts';

const STARTS = ['start_time', 'stage_start_time', 'lap_start_time', 'segment_start_time', 'time', 'epoch_millis'];
const ENDS = ['end_time', 'stage_end_time', 'lap_end_time', 'segment_end_time'];
export const HEAD: ReadonlySet<string> = new Set([
  ...[...STARTS, ...ENDS, 'row_id', 'uuid', 'last_modified_time', 'client_record_id', 'client_record_version', 'device_info_id'],
  ...['app_info_id', 'recording_method', 'dedupe_hash', 'start_zone_offset', 'end_zone_offset', 'zone_offset', 'local_date', 'parent_key'],
  ...[
    'local_date_time',
    'local_date_time_start_time',
    'local_date_time_end_time',
    'package_name',
    'device_name',
    'notes',
    'title',
    'has_route',
  ],
]);

/** A row of a table, dumped as CSV or JSON. Times are milliseconds of UTC, zone offsets seconds. */
export function rowOutcome(table: string, row: Fields, clock: Clock): Outcome {
  if (!isRead(table)) return left('not-collected');
  const time = momentOf(row, STARTS, 'start_zone_offset', clock);
  const end = momentOf(row, ENDS, 'end_zone_offset', clock);
  const app = row.package_name ?? (isMissing(row.app_info_id) ? null : `app ${outsideText(row.app_info_id)}`);
  const device = [app, row.device_name].flatMap((name) => (isMissing(name) ? [] : outsideText(name))).join(', ') || 'unknown';
  if (!Object.hasOwn(numberRecords, table)) return eventRow(table as EventTable, row, time, end, device, clock);
  const { column, convert, zeroIsNone, ...measured } = numberRecords[table] as NumberRecord;
  return sampleOutcome(clock, {
    ...{ ...measured, device, time, value: row[column] },
    ...(end === null ? {} : { endMs: msOf(end) }),
    ...(convert === undefined ? {} : { convert }),
    ...(zeroIsNone === true ? { isNone: isZero } : {}),
  });
}

function eventRow(table: EventTable, row: Fields, time: Moment | null, end: Moment | null, device: string, clock: Clock): Outcome {
  const values: Values = {};
  for (const [name, value] of Object.entries(row)) {
    if (HEAD.has(name) || isMissing(value)) continue;
    if (name === 'stage_type') addWord(values, 'stage', sleepStages[numberFrom(value)] ?? outsideText(value));
    else if (table === 'blood_pressure' && /^(?:systolic|diastolic)$/.test(name))
      addNumber(values, `blood_pressure_${name}`, value, 'mm[Hg]');
    else if (Number.isNaN(numberFrom(value))) addWord(values, name, value);
    else addNumber(values, name, value, unitOfName(name));
  }
  if (time !== null && end !== null) values.duration = { value: (msOf(end) - msOf(time)) / 60_000, unit: 'min' };
  const own = typeof row.uuid === 'string' && /^[\w-]{8,64}$/.test(row.uuid) ? row.uuid : null;
  const id = time === null ? null : `${table} ${own ?? contentId(time.utc, end?.utc, device, outsideText(row.stage_type ?? ''))}`;
  const version = clock.utc(numberFrom(row.last_modified_time))?.utc ?? null;
  return eventOutcome(clock, { id, event: eventRecords[table], time, end, values, device, version });
}

function momentOf(row: Fields, columns: readonly string[], offset: string, clock: Clock): Moment | null {
  const written = columns.map((column) => row[column]).find((value) => !isMissing(value));
  const ms = numberFrom(written);
  if (Number.isNaN(ms)) return written === undefined ? null : clock.at(written);
  const seconds = numberFrom(isMissing(row[offset]) ? row.zone_offset : row[offset]);
  return clock.withOffset(ms, Number.isNaN(seconds) ? null : Math.round(seconds / 60));
}
