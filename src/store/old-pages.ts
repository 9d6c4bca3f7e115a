import { type Kysely, sql } from 'kysely';
import type { Adapter } from './database.ts';

/**
 * Rewrites what deleted rows leave behind in a database's own files: free pages and the write-ahead log of SQLite,
 * dead rows of the tables named in PostgreSQL.
 * @returns false when a reader kept the log from being emptied, or somebody wrote all the while
 */
export async function forgetOldPages<T>(db: Kysely<T>, adapter: Adapter, tables: readonly string[]): Promise<boolean> {
  if (adapter.name === 'postgres') {
    await sql`vacuum full ${sql.join(tables.map((table) => sql.table(table)))}`.execute(db);
    return true;
  }
  try {
    await sql`vacuum`.execute(db);
  } catch (thrown) {
    if (isBusy(thrown)) return false;
    throw thrown;
  }
  const { rows } = await sql<{ busy: number }>`pragma wal_checkpoint(truncate)`.execute(db);
  return rows[0]?.busy === 0;
}

function isBusy(thrown: unknown): boolean {
  const code = thrown instanceof Error ? (thrown as { code?: string }).code : undefined;
  return code !== undefined && /^(?:SQLITE_(?:BUSY|LOCKED)|store-busy$)/.test(code);
}
