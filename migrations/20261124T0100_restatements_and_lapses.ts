import { type Kysely, sql } from 'kysely';
import { columnTypes } from './column-types.ts';

/** In which order versions were stated, spans that a feed may have missed, whose copy a quarantined unit is, and tries at a push. */
export async function up(db: Kysely<unknown>): Promise<void> {
  const { big } = columnTypes(db);
  await db.schema
    .createTable('restatement')
    .addColumn('source', 'text', (c) => c.notNull().references('source.id'))
    .addColumn('record_key', 'text', (c) => c.notNull())
    .addColumn('number', big, (c) => c.notNull())
    .addColumn('record', 'text', (c) => c.notNull())
    .addColumn('at', 'text', (c) => c.notNull())
    .addPrimaryKeyConstraint('restatement_pk', ['source', 'record_key', 'number'])
    .execute();
  await db.schema.createIndex('restatement_record').on('restatement').columns(['record', 'at']).execute();

  await db.schema
    .createTable('feed_lapse')
    .addColumn('source', 'text', (c) => c.notNull().references('source.id'))
    .addColumn('from_at', 'text', (c) => c.notNull())
    .addColumn('to_at', 'text', (c) => c.notNull())
    .addColumn('noted_at', 'text', (c) => c.notNull())
    .addPrimaryKeyConstraint('feed_lapse_pk', ['source', 'from_at'])
    .execute();

  // Feeds that were ended keep neither tokens nor place.
  await sql`update feed set settings = ${Buffer.alloc(0)}, cursor = null where state = 'off'`.execute(db);

  await db.schema.alterTable('quarantine').addColumn('record_key', 'text').execute();
  await db.schema.createIndex('quarantine_record').on('quarantine').columns(['record_key']).execute();

  await db.schema
    .alterTable('inbox')
    .addColumn('tries', 'integer', (c) => c.notNull().defaultTo(0))
    .execute();
}
