import type { Kysely } from 'kysely';

/** No query asks for the records of a batch, and batches are never deleted: the index only cost every record that was stored. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.dropIndex('record_batch').execute();
}
