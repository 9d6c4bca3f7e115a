import type { Kysely } from 'kysely';
import { columnTypes } from './column-types.ts';

/** What it takes to read a quarantined unit again, when drift was seen and by which parser, and names that exports list. */
export async function up(db: Kysely<unknown>): Promise<void> {
  const { blob, big } = columnTypes(db);
  await db.schema.alterTable('quarantine').addColumn('frame', blob).execute();
  await db.schema
    .createTable('quarantine_part')
    .addColumn('batch', 'text', (c) => c.notNull().references('batch.id'))
    .addColumn('part', 'integer', (c) => c.notNull())
    .addColumn('facts', blob, (c) => c.notNull())
    .addPrimaryKeyConstraint('quarantine_part_pk', ['batch', 'part'])
    .execute();

  await db.schema
    .alterTable('drift')
    .addColumn('first_at', 'text', (c) => c.notNull().defaultTo(''))
    .execute();
  await db.schema
    .alterTable('drift')
    .addColumn('last_at', 'text', (c) => c.notNull().defaultTo(''))
    .execute();
  await db.schema
    .alterTable('drift')
    .addColumn('arrivals', big, (c) => c.notNull().defaultTo(1))
    .execute();
  await db.schema
    .alterTable('drift')
    .addColumn('parser', 'integer', (c) => c.notNull().defaultTo(0))
    .execute();
  await db.schema.alterTable('drift').addColumn('cleared_at', 'text').execute();

  await db.schema
    .createTable('listed_name')
    .addColumn('participant', 'text', (c) => c.notNull().references('participant.id'))
    .addColumn('name_key', 'text', (c) => c.notNull())
    .addColumn('source', 'text', (c) => c.notNull().references('source.id'))
    .addColumn('added_at', 'text', (c) => c.notNull())
    .addColumn('name', blob, (c) => c.notNull())
    .addPrimaryKeyConstraint('listed_name_pk', ['participant', 'name_key'])
    .execute();
}
