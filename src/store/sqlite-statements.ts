import { chmodSync } from 'node:fs';
import Database from 'better-sqlite3';
import { type PackedRows, unpackRows, type Value } from './packed-rows.ts';

/** How long a statement or a transaction waits for another connection to end its own, in milliseconds. */
export const patienceMs = 60_000;

/** What a connection that writes much takes: memory for pages, and a log that is taken over less often. */
export interface Room {
  cacheKib: number;
  /** Pages in the log from which on they are taken over into the database. */
  logPages: number;
}

/** SQLite with write-ahead log, foreign keys, and deleted content overwritten on disk. */
export function openSqlite(path: string, room?: Room, patience = patienceMs): Database.Database {
  const database = new Database(path);
  // For its owner alone, wherever it lies; its log takes the same mode.
  chmodSync(path, 0o600);
  database.pragma(`busy_timeout = ${patience}`);
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = FULL');
  database.pragma('foreign_keys = ON');
  database.pragma('secure_delete = ON');
  if (room !== undefined) {
    database.pragma(`cache_size = -${room.cacheKib}`);
    database.pragma(`wal_autocheckpoint = ${room.logPages}`);
  }
  return database;
}

/** A statement and what it binds. */
export interface Statement {
  sql: string;
  parameters: readonly unknown[];
}

/** Rows that a statement gave, or what it changed. */
export interface Outcome {
  rows: unknown[];
  changes?: number;
  insertId?: number | bigint;
}

/** Statements that recur with other values; any other says something about tables, after which they are compiled anew. */
const recurring = /^\s*(?:select|insert|update|delete|with)\b/i;
/** Compiled statements that are kept; the longest bind some thousand values. */
const mostKept = 100;

/** Runs statements on one connection. Compiling one takes as long as running it, so that those used last are kept. */
export class SqliteStatements {
  readonly #database: Database.Database;
  readonly #kept = new Map<string, Database.Statement>();

  constructor(database: Database.Database) {
    this.#database = database;
  }

  run({ sql, parameters }: Statement): Outcome {
    const statement = this.#statement(sql);
    if (statement.reader) return { rows: statement.all(parameters) };
    const { changes, lastInsertRowid } = statement.run(parameters);
    return { rows: [], changes, insertId: lastInsertRowid };
  }

  /** Runs a statement once for each row: several times as fast as one that holds all of their values. */
  each(sql: string, rows: PackedRows): void {
    const statement = this.#statement(sql);
    for (const values of unpackRows(rows)) statement.run(values as Value[]);
  }

  #statement(sql: string): Database.Statement {
    const kept = this.#kept.get(sql);
    this.#kept.delete(sql);
    const statement = kept ?? this.#database.prepare(sql);
    if (!recurring.test(sql)) {
      if (!/^\s*(?:begin|commit|rollback|pragma)\b/i.test(sql)) this.#kept.clear();
      return statement;
    }
    this.#kept.set(sql, statement);
    if (this.#kept.size > mostKept) this.#kept.delete(this.#kept.keys().next().value as string);
    return statement;
  }
}
