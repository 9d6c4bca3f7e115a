import { open } from 'node:fs/promises';
import Database from 'better-sqlite3';
import { AfferentError } from '../../../schema/errors.ts';

export type Connection = Database.Database;
export type Cells = Record<string, unknown>;

/** Longest text or bytes of a cell that are handed over. */
const MAX_CELL_BYTES = 64 * 1024;
const TOO_LONG = 'too long';
/** Where the header says how it is written: 2 is a log beside the file, 1 is none. */
const WRITTEN_AT = 18;

/** A copy of an export's database, opened for reading alone. Throws `part-unreadable` where it is none. */
export async function openDatabase(path: string): Promise<Connection> {
  await forgetLog(path);
  try {
    const database = new Database(path, { readonly: true, fileMustExist: true });
    // Nothing that stands in the schema is run; damaged pages are told and not walked into.
    database.pragma('trusted_schema = off');
    database.pragma('query_only = on');
    database.pragma('cell_size_check = on');
    database.pragma('cache_size = -8192');
    return database;
  } catch {
    throw new AfferentError('part-unreadable');
  }
}

/** Tables in the order of their names: neither views, nor what only looks like a table, nor SQLite's own. */
export function tablesOf(database: Connection): string[] {
  const query =
    "select name from sqlite_schema where type = 'table' and rootpage > 0 and name not like 'sqlite\\_%' escape '\\' order by name";
  const names = database.prepare(query).pluck().all();
  return names.filter((name): name is string => typeof name === 'string');
}

/** Columns that are stored; computed ones say nothing of their own. */
export function columnsOf(database: Connection, table: string): string[] {
  const rows = database.prepare('select name from pragma_table_xinfo(?) where hidden = 0').pluck().all(table);
  return rows.filter((name): name is string => typeof name === 'string');
}

/**
 * Rows of a table by the number under which they are stored, one at a time. Throws where the table is damaged: a number that does
 * not rise is a page that is reached twice, on which a walk could go on for ever.
 * @param columns to hand over; a text or bytes longer than 64 KiB stand as the words `too long`
 */
export function* rowsOf(database: Connection, table: string, columns: readonly string[]): Generator<Cells> {
  const cells = columns.map((name) => `iif(octet_length(${quoted(name)}) > ${MAX_CELL_BYTES}, '${TOO_LONG}', ${quoted(name)})`);
  const query = `select ${['rowid', ...cells].join(', ')} from ${quoted(table)} not indexed order by rowid`;
  let last = Number.NEGATIVE_INFINITY;
  for (const values of database.prepare(query).raw().iterate() as IterableIterator<unknown[]>) {
    const number = Number(values[0]);
    if (!(number > last)) throw new AfferentError('part-unreadable');
    last = number;
    yield Object.fromEntries(columns.map((name, index) => [name, values[index + 1]]));
  }
}

/** Rows of a table, counted without reading them one by one. */
export function countRows(database: Connection, table: string): number {
  return Number(
    database
      .prepare(`select count(*) from ${quoted(table)} not indexed`)
      .pluck()
      .get(),
  );
}

export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A database that is written with a log beside it cannot be opened for reading alone in a folder without one. */
async function forgetLog(path: string): Promise<void> {
  const file = await open(path, 'r+');
  try {
    const { buffer } = await file.read(Buffer.alloc(2), 0, 2, WRITTEN_AT);
    if (buffer.equals(Buffer.from([2, 2]))) await file.write(Buffer.from([1, 1]), 0, 2, WRITTEN_AT);
  } finally {
    await file.close();
  }
}
