import { type Kysely, sql } from 'kysely';
import type { Adapter } from './database.ts';

/**
 * Rewrites what deleted rows leave behind in a database's own files: free pages and the write-ahead log of SQLite,
 * dead rows of the tables named in PostgreSQL.
 * @returns false when a reader kept the log from being emptied
 */
export async function forgetOldPages<T>(db: Kysely<T>, adapter: Adapter, tables: readonly string[]): Promise<boolean> {
  if (adapter.name === 'postgres') {
    await sql`vacuum full ${sql.join(tables.map((table) => sql.table(table)))}`.execute(db);
    return true;
  }
  await sql`vacuum`.execute(db);
  const { rows } = await sql<{ busy: number }>`pragma wal_checkpoint(truncate)`.execute(db);
  return rows[0]?.busy === 0;
}
