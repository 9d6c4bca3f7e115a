import Database from 'better-sqlite3';
import type { DatabaseConnection, Driver, TransactionSettings } from 'kysely';
import { CompiledQuery, SqliteAdapter, SqliteDialect, SqliteDriver } from 'kysely';

/** Kysely says plain `begin`, which fails with a busy snapshot when a reader turns writer; one that only reads need not hold up writers. */
class ImmediateSqliteDriver extends SqliteDriver {
  override async beginTransaction(connection: DatabaseConnection, settings?: TransactionSettings): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw(settings?.accessMode === 'read only' ? 'begin' : 'begin immediate'));
  }
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
    database.pragma('busy_timeout = 60000');
    database.pragma('journal_mode = WAL');
    database.pragma('synchronous = FULL');
    database.pragma('foreign_keys = ON');
    database.pragma('secure_delete = ON');
    return database;
  });
}
