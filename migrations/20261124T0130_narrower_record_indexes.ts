import type { Kysely } from 'kysely';

/**
 * Records are found by id and by source and key. Every entry of an index by hash lands on another page, so that what no query asks for
 * costs more than the row itself: the id says all that version and content did, and nothing looks records up by their input.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.createIndex('record_of_source').on('record').columns(['source', 'record_key']).execute();
  await db.schema.dropIndex('record_version').execute();
  await db.schema.dropIndex('record_input').execute();
}
