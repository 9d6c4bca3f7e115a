import { type Kysely, PostgresAdapter, sql } from 'kysely';

/**
 * Versions are compared byte by byte, as SQLite and the code do; PostgreSQL would take the order of the database's language. No row is
 * written anew for that, and no index has these columns.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  if (!(db.getExecutor().adapter instanceof PostgresAdapter)) return;
  await sql`alter table record alter column version type text collate "C", alter column stated_until type text collate "C"`.execute(db);
  await sql`alter table restatement alter column stated type text collate "C"`.execute(db);
  await sql`alter table deletion alter column at type text collate "C"`.execute(db);
}
