import { chmodSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import Database from 'better-sqlite3';
import type { DatabaseConnection, Driver, TransactionSettings } from 'kysely';
import { CompiledQuery, SqliteAdapter, SqliteDialect, SqliteDriver } from 'kysely';

/** How long a statement or a transaction waits for another connection to end its own, in milliseconds. */
const patience = 60_000;
/** SQLite waits without letting anything else of this thread run (heartbeats, the very transaction waited for), so only this long at a time. */
const slice = 50;

/**
 * Kysely says plain `begin`, which fails with a busy snapshot when a reader turns writer. A transaction that only reads is left
 * plain: it need not hold up writers.
 */
class ImmediateSqliteDriver extends SqliteDriver {
  override async beginTransaction(connection: DatabaseConnection, settings?: TransactionSettings): Promise<void> {
    const run = (statement: string) => connection.executeQuery(CompiledQuery.raw(statement));
    if (settings?.accessMode === 'read only') {
      await run('begin');
      return;
    }
    const until = performance.now() + patience;
    for (;;) {
      try {
        await run(`pragma busy_timeout = ${slice}`);
        await run('begin immediate');
        return;
      } catch (thrown) {
        if (!isBusy(thrown) || performance.now() > until) throw thrown;
      } finally {
        await run(`pragma busy_timeout = ${patience}`);
      }
      await setTimeout(1);
    }
  }
}

function isBusy(thrown: unknown): boolean {
  return thrown instanceof Database.SqliteError && thrown.code === 'SQLITE_BUSY';
}

/** A failed migration rolls back whole only when the adapter says that DDL is transactional. */
class TransactionalSqliteAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

class StoreSqliteDialect extends SqliteDialect {
  readonly #open: () => Database.Database;

  constructor(open: () => Database.Database) {
    super({ database: async () => open() });
    this.#open = open;
  }

  override createDriver(): Driver {
    return new ImmediateSqliteDriver({ database: async () => this.#open() });
  }

  override createAdapter(): SqliteAdapter {
    return new TransactionalSqliteAdapter();
  }
}

/** SQLite with write-ahead log, foreign keys, and deleted content overwritten on disk. */
export function sqliteDialect(path: string): SqliteDialect {
  return new StoreSqliteDialect(() => {
    const database = new Database(path);
    // For its owner alone, wherever it lies; its log takes the same mode.
    chmodSync(path, 0o600);
    database.pragma(`busy_timeout = ${patience}`);
    database.pragma('journal_mode = WAL');
    database.pragma('synchronous = FULL');
    database.pragma('foreign_keys = ON');
    database.pragma('secure_delete = ON');
    return database;
  });
}
