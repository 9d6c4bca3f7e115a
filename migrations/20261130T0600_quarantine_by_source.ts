import type { Kysely } from 'kysely';

/** What a source took back is looked for among its own copies, and among those without an id. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.dropIndex('quarantine_record').execute();
  await db.schema.createIndex('quarantine_source').on('quarantine').columns(['source', 'record_key', 'id']).execute();
}
