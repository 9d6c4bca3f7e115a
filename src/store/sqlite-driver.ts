import { setTimeout } from 'node:timers/promises';
import type Database from 'better-sqlite3';
import type { DatabaseConnection, Driver, QueryResult, TransactionSettings } from 'kysely';
import { CompiledQuery, SqliteAdapter, SqliteDialect, SqliteDriver } from 'kysely';
import { AfferentError } from '../../schema/errors.ts';
import type { PackedRows } from './packed-rows.ts';
import { type Outcome, openSqlite, patienceMs, type Room, SqliteStatements, type Statement } from './sqlite-statements.ts';
import { SqliteThread } from './sqlite-thread.ts';

/** SQLite waits without letting anything else of this thread run (heartbeats, the very transaction waited for), so only this long at a time. */
const slice = 50;

/** A connection that runs a statement for each of many rows. */
export interface RowsConnection extends DatabaseConnection {
  each(sql: string, rows: PackedRows): Promise<void>;
}

/** What runs the statements: a database of this thread, or another thread with its own. */
interface Runner {
  run(statement: Statement): Outcome | Promise<Outcome>;
  each(sql: string, rows: PackedRows): void | Promise<void>;
  close(): void | Promise<void>;
}

class RunnerConnection implements RowsConnection {
  readonly #runner: Runner;

  constructor(runner: Runner) {
    this.#runner = runner;
  }

  async executeQuery<R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> {
    const { rows, changes, insertId } = await toldBusy(() => this.#runner.run({ sql, parameters }));
    if (changes === undefined) return { rows: rows as R[] };
    return { rows: rows as R[], numAffectedRows: BigInt(changes), insertId: BigInt(insertId ?? 0) };
  }

  async each(sql: string, rows: PackedRows): Promise<void> {
    await toldBusy(() => this.#runner.each(sql, rows));
  }

  // biome-ignore lint/correctness/useYield: rows are had in slices, by queries of their own
  async *streamQuery<R>(): AsyncGenerator<QueryResult<R>> {
    throw new Error('rows are not streamed');
  }
}

/**
 * Kysely says plain `begin`, which fails with a busy snapshot when a reader turns writer. A transaction that only reads is left
 * plain: it need not hold up writers.
 */
class ImmediateSqliteDriver extends SqliteDriver {
  readonly #open: () => Runner;
  readonly #patienceMs: number;
  #runner: Runner | null = null;
  #connection: RunnerConnection | null = null;

  constructor(open: () => Runner, patienceMs: number) {
    super({ database: async () => Promise.reject(new Error('opened elsewhere')) });
    this.#open = open;
    this.#patienceMs = patienceMs;
  }

  override async init(): Promise<void> {
    this.#runner = await toldBusy(this.#open);
    this.#connection = new RunnerConnection(this.#runner);
  }

  override async acquireConnection(): Promise<DatabaseConnection> {
    return this.#connection as RunnerConnection;
  }

  override async beginTransaction(connection: DatabaseConnection, settings?: TransactionSettings): Promise<void> {
    const run = (statement: string) => connection.executeQuery(CompiledQuery.raw(statement));
    if (settings?.accessMode === 'read only') {
      await run('begin');
      return;
    }
    const until = performance.now() + this.#patienceMs;
    for (;;) {
      try {
        await run(`pragma busy_timeout = ${slice}`);
        await run('begin immediate');
        return;
      } catch (thrown) {
        if (!(thrown instanceof AfferentError && thrown.code === 'store-busy') || performance.now() > until) throw thrown;
      } finally {
        await run(`pragma busy_timeout = ${this.#patienceMs}`);
      }
      await setTimeout(1);
    }
  }

  /** Where the disk is full SQLite has ended the transaction by itself, and that is what is to be told. */
  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    try {
      await connection.executeQuery(CompiledQuery.raw('rollback'));
    } catch (thrown) {
      if (!(thrown instanceof Error && thrown.message.includes('no transaction is active'))) throw thrown;
    }
  }

  override async destroy(): Promise<void> {
    await this.#runner?.close();
    this.#runner = null;
  }
}

/** Who has waited in vain for another connection is told so. That a reader turned writer too late is a defect of ours, and no such wait. */
async function toldBusy<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    const code = thrown instanceof Error ? (thrown as { code?: unknown }).code : undefined;
    throw code === 'SQLITE_BUSY' || code === 'SQLITE_BUSY_RECOVERY' ? new AfferentError('store-busy') : thrown;
  }
}

/** A failed migration rolls back whole only when the adapter says that DDL is transactional. */
class TransactionalSqliteAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

class StoreSqliteDialect extends SqliteDialect {
  readonly #open: () => Runner;
  readonly #patienceMs: number;

  constructor(open: () => Runner, patienceMs: number) {
    super({ database: async () => Promise.reject(new Error('opened elsewhere')) });
    this.#open = open;
    this.#patienceMs = patienceMs;
  }

  override createDriver(): Driver {
    return new ImmediateSqliteDriver(this.#open, this.#patienceMs);
  }

  override createAdapter(): SqliteAdapter {
    return new TransactionalSqliteAdapter();
  }
}

/** A database whose statements run in this thread. Another connection that writes for longer than the patience makes them `store-busy`. */
export function sqliteDialect(path: string, patience = patienceMs, room?: Room): SqliteDialect {
  return new StoreSqliteDialect(() => ownRunner(openSqlite(path, room, patience)), patience);
}

/** A database whose statements run in a thread of their own, while this one reads and seals what comes next. */
export function threadedSqliteDialect(path: string, room: Room): SqliteDialect {
  return new StoreSqliteDialect(() => new SqliteThread(path, room), patienceMs);
}

function ownRunner(database: Database.Database): Runner {
  const statements = new SqliteStatements(database);
  return {
    run: (statement) => statements.run(statement),
    each: (sql, rows) => statements.each(sql, rows),
    close: () => {
      database.close();
    },
  };
}
