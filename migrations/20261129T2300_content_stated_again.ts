import type { Kysely } from 'kysely';

/**
 * The last export that stated a record which has no version of its own, null where only the first did; and of a restatement, which
 * version or the time of which export it was.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('record').addColumn('stated_until', 'text').execute();
  await db.schema.alterTable('restatement').addColumn('stated', 'text').execute();
}
