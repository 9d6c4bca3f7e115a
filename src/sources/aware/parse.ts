import type { Moment, SelfReport } from '../../../schema/records.ts';
import type { ParseContext, Parsed } from '../../../schema/source.ts';
import { Clock } from '../reading/clock.ts';
import { type DeviceState, stateOutcome } from '../reading/device-state.ts';
import type { JsonPath } from '../reading/document-paths.ts';
import { type Fields, isFields, readDocument } from '../reading/documents.ts';
import { DriftOnce } from '../reading/drift.ts';
import { contentId, eventOutcome, isMissing, numberFrom, sampleOutcome, type Values, valueName } from '../reading/measurements.ts';
import { bad, left, type Outcome } from '../reading/outcome.ts';
import { outsideText } from '../reading/outside-text.ts';
import { ownValue } from '../reading/own-value.ts';
import { type Row, readTable } from '../reading/tables.ts';
import { msOf } from '../reading/time.ts';
import { type AwareTable, tables } from './tables.ts';

/** Columns that say when and on which phone; `_id` counts the rows of a server and changes with the upload. */
const ABOUT_ROW: ReadonlySet<string> = new Set([
  ...['_id', 'timestamp', 'device_id', 'label', 'local_date_time', 'local_start_date_time', 'local_end_date_time'],
]);
const GENERIC: AwareTable = { event: 'other' };

/** Rows of one table. */
export function parseTable(chunks: AsyncIterable<Buffer>, name: string, context: ParseContext): AsyncGenerator<Parsed> {
  const clock = new Clock(context);
  const drift = new DriftOnce(context);
  const table = ownValue(tables, name) ?? GENERIC;
  if (!Object.hasOwn(tables, name)) drift.note('unknown-field', name);
  const shape = { needed: ['timestamp'] };
  return readTable(chunks, shape, drift, (row) => rowOutcome(row, name, table, clock, context));
}

/** Where the rows of a list stand. */
export const LIST: readonly JsonPath[] = [['[]']];

/** Rows of one table as a list of objects. */
export function parseList(chunks: AsyncIterable<Buffer>, name: string, context: ParseContext): AsyncGenerator<Parsed> {
  const clock = new Clock(context);
  const table = ownValue(tables, name) ?? GENERIC;
  return readDocument(chunks, LIST, new DriftOnce(context), (value) =>
    isFields(value) ? rowOutcome(rowOf(value), name, table, clock, context) : bad('wrong-shape'),
  );
}

/** An object as a row of text. */
function rowOf(fields: Fields): Row {
  const row: Record<string, string> = Object.create(null);
  for (const [column, value] of Object.entries(fields))
    row[column] = typeof value === 'object' && value !== null ? JSON.stringify(value) : outsideText(value ?? '');
  return row;
}

/** Servers of later versions keep what a row measures in one cell, as JSON. */
function opened(row: Row): Row {
  if (row.data === undefined || !row.data.startsWith('{')) return row;
  try {
    const { data, ...rest } = row;
    return { ...rowOf(JSON.parse(data) as Fields), ...rest };
  } catch {
    return row;
  }
}

function rowOutcome(written: Row, name: string, table: AwareTable, clock: Clock, context: ParseContext): Outcome {
  const row = opened(written);
  const { account } = context;
  if (account !== null && row.device_id !== undefined && row.device_id !== account && isPhone(row)) return left('other-person');
  if (table.event === 'left-out') return left('not-collected');
  const time = timeOf(row, clock);
  const device = row.device_id || 'unknown';
  if (table.event === 'answers') return answerOutcome(row, time, clock);
  const state = stateOf(row, name);
  if (state !== null) {
    const level = numberFrom(row.battery_level) / numberFrom(row.battery_scale);
    return stateOutcome(clock, { signal: state, device, time, endMs: endMsOf(row), level });
  }
  const [first] = Object.entries(table.columns ?? {});
  if (table.event === 'sample' && first !== undefined) {
    const [column, [signal, unit]] = first;
    return sampleOutcome(clock, { signal, unit, device, time, value: row[column] });
  }
  const event = table.event === 'sample' ? 'other' : table.event;
  const values = valuesOf(row, table);
  const id = contentId('aware', name, row.timestamp, row.device_id, JSON.stringify(content(row)));
  return eventOutcome(clock, { id, event, time, end: endOf(row, table, time, clock), values, device, version: null });
}

/** Android's codes of a battery, with AWARE's own below 0: shut down, started anew. */
const BATTERY_STATES: Readonly<Record<string, DeviceState>> = { 2: 'charging', '-1': 'phone_off', '-3': 'phone_off' };

/** What a row says of the phone, where it says why nothing else is measured. */
function stateOf(row: Row, name: string): DeviceState | null {
  if (name === 'battery_charges') return 'charging';
  return name === 'battery' ? (BATTERY_STATES[String(numberFrom(row.battery_status))] ?? null) : null;
}

function endMsOf(row: Row): number | null {
  const ms = numberFrom(row.double_end_timestamp);
  return ms > 1e11 ? Math.round(ms) : null;
}

/** Rows that RAPIDS took from a wearable bear its name instead of a phone's. */
function isPhone({ device_id: device }: Row): boolean {
  return device !== 'fitbit';
}

/** Milliseconds of UTC; rows of a wearable have a local time instead and a 0. */
function timeOf(row: Row, clock: Clock): Moment | null {
  const ms = numberFrom(row.timestamp);
  if (ms > 1e11) return clock.utc(Math.round(ms));
  const local = row.local_date_time ?? row.local_start_date_time;
  return isMissing(local) ? null : clock.at(local);
}

function endOf(row: Row, { seconds }: AwareTable, time: Moment | null, clock: Clock): Moment | null {
  if (row.local_end_date_time !== undefined) return clock.at(row.local_end_date_time);
  const lasted = seconds === undefined ? Number.NaN : numberFrom(row[seconds]);
  if (time === null || !(lasted >= 0)) return null;
  return clock.withOffset(msOf(time) + Math.round(lasted * 1000), time.offset);
}

function valuesOf(row: Row, { columns = {}, codes = {} }: AwareTable): Values {
  const values: Values = {};
  for (const [column, written] of Object.entries(content(row))) {
    const [name, unit] = ownValue(columns, column) ?? [valueName(column.toLowerCase()), '1'];
    const number = numberFrom(written);
    const word = ownValue(ownValue(codes, column) ?? {}, String(number));
    if (word !== undefined) values[name] = { value: word, unit: '1' };
    else if (!Number.isNaN(number)) values[name] = { value: number, unit };
    else values[name] = { value: written.toWellFormed().slice(0, 4096), unit: '1' };
  }
  return values;
}

/** What a row says, whatever server it came from and however often. */
function content(row: Row): Record<string, string> {
  return Object.fromEntries(
    Object.entries(row).filter(([column, written]) => column !== '' && !ABOUT_ROW.has(column) && !isMissing(written)),
  );
}

/** An answer to a question on the phone; statuses other than 2 were never answered. */
function answerOutcome(row: Row, asked: Moment | null, clock: Clock): Outcome {
  if (isMissing(row.esm_user_answer) || (row.esm_status !== undefined && numberFrom(row.esm_status) !== 2))
    return left('empty', asked?.day ?? null);
  const answeredMs = numberFrom(row.double_esm_user_answer_timestamp);
  const time = answeredMs > 1e11 ? clock.utc(Math.round(answeredMs)) : asked;
  if (time === null) return bad('no-time', 'time');
  if (clock.isFuture(time)) return bad('future-time', 'time');
  const question = questionOf(row.esm_json ?? '');
  const number = numberFrom(row.esm_user_answer);
  const record: SelfReport = {
    type: 'self-report',
    id: contentId('aware', 'esms', row.timestamp, row.device_id, question.item),
    instrument: (row.esm_trigger || 'esm').slice(0, 128),
    item: question.item.slice(0, 128),
    time,
    value: Number.isNaN(number) ? (row.esm_user_answer as string).toWellFormed() : number,
    version: null,
  };
  return { is: 'record', record };
}

function questionOf(json: string): { item: string } {
  try {
    const { esm_title: title, esm_instructions: instructions } = JSON.parse(json) as Record<string, unknown>;
    const words = [title, instructions].filter((word) => typeof word === 'string' && word !== '');
    return { item: words.join(': ') || 'question' };
  } catch {
    return { item: 'question' };
  }
}
