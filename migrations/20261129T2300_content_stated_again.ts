import type { Kysely } from 'kysely';

/** The last version of a source with which a stored record was stated again, all else being equal; null where it was not. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('record').addColumn('stated_until', 'text').execute();
}
