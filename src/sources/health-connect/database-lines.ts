import { AfferentError } from '../../../schema/errors.ts';
import { checkGrowth } from '../reading/files.ts';
import { CHUNK_BYTES } from '../reading/limits.ts';
import { privateCopy } from '../reading/private-copy.ts';
import { type Cells, type Connection, columnsOf, countRows, openDatabase, quoted, rowsOf, tablesOf } from './database.ts';
import { eventRecords, isRead, tableName } from './records.ts';

/** Tables whose rows say the values, and the table with the time zone, app and device of each. */
const parents: Readonly<Record<string, string>> = {
  heart_rate_record_series_table: 'heart_rate_record_table',
  speed_record_table: 'SpeedRecordTable',
  power_record_table: 'PowerRecordTable',
  steps_cadence_record_table: 'StepsCadenceRecordTable',
  cycling_pedaling_cadence_record_table: 'CyclingPedalingCadenceRecordTable',
  skin_temperature_delta_table: 'skin_temperature_record_table',
  sleep_stages_table: 'sleep_session_record_table',
  exercise_laps_table: 'exercise_session_record_table',
  exercise_segments_table: 'exercise_session_record_table',
};
const parentNames: ReadonlySet<string> = new Set(Object.values(parents));
/** What a row lacks and its parent has. */
const INHERITED = ['app_info_id', 'device_info_id', 'start_zone_offset', 'end_zone_offset', 'zone_offset', 'last_modified_time'];
/** Free text, and what only serves the database. Neither leaves it. */
const UNUSED: ReadonlySet<string> = new Set(['title', 'notes', 'row_id', 'client_record_id', 'client_record_version', 'dedupe_hash']);
const DEVICE_TYPES = ['', 'watch', 'phone', 'scale', 'ring', 'head mounted', 'fitness band', 'chest strap', 'smart display'];
/** Apps and devices whose names are kept at hand, as many as no phone has. */
const MAX_NAMES = 10_000;

/**
 * A row of the database as it goes on: the name of its table and, where the table is read, its cells with what its parent, app and device
 * add. `damaged` stands for what could not be walked of a table.
 */
export interface DatabaseLine {
  table: string;
  row?: Cells;
  damaged?: true;
}

/** Whether the rows of a table say anything by themselves: some only hold the times of rows in another. */
function isUsed(table: string): boolean {
  const name = tableName(table);
  return isRead(name) && (!parentNames.has(table) || Object.hasOwn(eventRecords, name));
}

/**
 * The rows of a database as JSON lines, table by table, each in the order in which it is stored: the same for the same bytes. It is copied
 * to a private file first, which nobody else can open and which is gone before the first line.
 * Throws `part-unreadable` where it is no database, `not-this-kind` where it is another's.
 */
export async function* databaseLines(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const copy = await privateCopy(bytes);
  let database: Connection | null;
  try {
    database = copy.bytes === 0 ? null : await openDatabase(copy.path);
  } finally {
    await copy.remove();
  }
  if (database === null) return;
  try {
    let text = '';
    let total = 0;
    for (const line of linesOf(database)) {
      text += `${JSON.stringify(line)}\n`;
      if (text.length < CHUNK_BYTES / 4) continue;
      total += text.length;
      checkGrowth(copy.bytes, total);
      yield Buffer.from(text);
      text = '';
    }
    if (text !== '') yield Buffer.from(text);
  } finally {
    database.close();
  }
}

function* linesOf(database: Connection): Generator<DatabaseLine> {
  const tables = attempt(() => tablesOf(database));
  if (!tables.some((table) => isRead(tableName(table)))) throw new AfferentError('not-this-kind');
  const names = namesOf(database, tables);
  for (const table of tables) yield* tableLines(database, table, tables, names);
}

/** What is damaged in one table says nothing of the next. */
function* tableLines(database: Connection, table: string, tables: readonly string[], names: Names): Generator<DatabaseLine> {
  const used = isUsed(table);
  let lines = 0;
  try {
    const columns = used ? columnsOf(database, table).filter((name) => !UNUSED.has(name)) : [];
    const inherit = used ? inheritance(database, table, tables) : null;
    for (const cells of rowsOf(database, table, columns)) {
      lines++;
      if (used) yield { table, row: written({ ...cells, ...inherit?.(cells.parent_key) }, names) };
      else yield { table };
    }
    if (countRows(database, table) === lines) return;
  } catch {
    // Told below: what SQLite says of it may quote the file.
  }
  yield { table, damaged: true };
}

/** Cells as JSON has them: bytes as hexadecimal digits, app and device by name. */
function written(cells: Cells, names: Names): Cells {
  const row: Cells = Object.create(null);
  for (const [name, value] of Object.entries(cells)) row[name] = Buffer.isBuffer(value) ? value.toString('hex') : value;
  row.package_name = names.apps.get(Number(cells.app_info_id)) ?? row.package_name;
  row.device_name = names.devices.get(Number(cells.device_info_id));
  return row;
}

/** What rows of a table have from their parents. The last parent is remembered: its rows stand together. */
function inheritance(database: Connection, table: string, tables: readonly string[]): ((key: unknown) => Cells) | null {
  const parent = parents[table];
  if (parent === undefined || !tables.includes(parent)) return null;
  const columns = columnsOf(database, parent).filter((name) => INHERITED.includes(name));
  if (columns.length === 0) return null;
  const query = database.prepare(`select ${columns.map(quoted).join(', ')} from ${quoted(parent)} where rowid = ?`);
  let last: { key: unknown; cells: Cells } | null = null;
  return (key) => {
    if (typeof key !== 'number') return {};
    if (last?.key !== key) last = { key, cells: (query.get(key) ?? {}) as Cells };
    return last.cells;
  };
}

interface Names {
  apps: ReadonlyMap<number, string>;
  devices: ReadonlyMap<number, string>;
}

function namesOf(database: Connection, tables: readonly string[]): Names {
  const apps = named(database, tables, 'application_info_table', ({ package_name }) => [package_name]);
  const devices = named(database, tables, 'device_info_table', ({ manufacturer, model, device_type }) => [
    ...[manufacturer, model],
    DEVICE_TYPES[Number(device_type)],
  ]);
  return { apps, devices };
}

/** Names by the number of their row; none where the table is damaged, which is told when its turn comes. */
function named(database: Connection, tables: readonly string[], table: string, wordsOf: (row: Cells) => unknown[]): Map<number, string> {
  const names = new Map<number, string>();
  if (!tables.includes(table)) return names;
  try {
    const wanted = ['package_name', 'manufacturer', 'model', 'device_type'];
    const columns = columnsOf(database, table).filter((name) => wanted.includes(name) || name === 'row_id');
    for (const row of rowsOf(database, table, columns)) {
      const words = wordsOf(row).filter((word) => typeof word === 'string' && word !== '');
      if (words.length > 0) names.set(Number(row.row_id), words.join(' '));
      if (names.size >= MAX_NAMES) break;
    }
  } catch {
    // What was read until then serves.
  }
  return names;
}

function attempt<T>(read: () => T): T {
  try {
    return read();
  } catch {
    throw new AfferentError('part-unreadable');
  }
}
