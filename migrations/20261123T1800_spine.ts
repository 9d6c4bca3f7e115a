import type { CreateTableBuilder, Kysely } from 'kysely';
import { sql } from 'kysely';
import { columnTypes } from './column-types.ts';
import { people, review } from './spine/people.ts';
import { scoring } from './spine/scoring.ts';

/** received = stored + duplicate + quarantined + excluded + erased, kept by the database itself. */
function outcomes<T extends string>(table: CreateTableBuilder<T>, name: string) {
  const big = sql`bigint`;
  return table
    .addColumn('received', big, (c) => c.notNull().defaultTo(0))
    .addColumn('stored', big, (c) => c.notNull().defaultTo(0))
    .addColumn('duplicate', big, (c) => c.notNull().defaultTo(0))
    .addColumn('quarantined', big, (c) => c.notNull().defaultTo(0))
    .addColumn('excluded', big, (c) => c.notNull().defaultTo(0))
    .addColumn('erased', big, (c) => c.notNull().defaultTo(0))
    .addCheckConstraint(`${name}_balances`, sql`received = stored + duplicate + quarantined + excluded + erased`)
    .addCheckConstraint(`${name}_counts`, sql`stored >= 0 and duplicate >= 0 and quarantined >= 0 and excluded >= 0 and erased >= 0`);
}

export async function up(db: Kysely<unknown>): Promise<void> {
  const { blob, big, real } = columnTypes(db);
  await db.schema
    .createTable('meta')
    .addColumn('key', 'text', (c) => c.primaryKey())
    .addColumn('value', 'text', (c) => c.notNull())
    .execute();

  await db.schema
    .createTable('study')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('policy', 'text')
    .addColumn('created_at', 'text', (c) => c.notNull())
    .execute();

  await db.schema
    .createTable('participant')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('study', 'text', (c) => c.notNull().references('study.id'))
    .addColumn('consent', 'text', (c) => c.notNull())
    .addColumn('added_at', 'text', (c) => c.notNull())
    .execute();
  await db.schema.createIndex('participant_study').on('participant').columns(['study', 'id']).execute();

  await db.schema
    .createTable('source')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('study', 'text', (c) => c.notNull().references('study.id'))
    .addColumn('participant', 'text', (c) => c.references('participant.id'))
    .addColumn('kind', 'text', (c) => c.notNull())
    .addColumn('settings', blob)
    .addColumn('every_seconds', 'integer')
    .addColumn('state', 'text', (c) => c.notNull())
    .addColumn('holder', 'text')
    .addColumn('last_error', 'text')
    .addColumn('last_run_at', 'text')
    .addColumn('created_at', 'text', (c) => c.notNull())
    .execute();
  await db.schema.createIndex('source_study').on('source').columns(['study', 'participant']).execute();

  await outcomes(
    db.schema
      .createTable('batch')
      .addColumn('id', 'text', (c) => c.primaryKey())
      .addColumn('study', 'text', (c) => c.notNull().references('study.id'))
      .addColumn('source', 'text', (c) => c.notNull().references('source.id'))
      .addColumn('arrival', blob)
      .addColumn('arrival_key', 'text', (c) => c.notNull())
      .addColumn('content_key', 'text', (c) => c.notNull())
      .addColumn('state', 'text', (c) => c.notNull())
      .addColumn('error', 'text')
      .addColumn('cursor_part', 'integer', (c) => c.notNull().defaultTo(0))
      .addColumn('cursor_unit', big, (c) => c.notNull().defaultTo(0))
      .addColumn('parts', 'integer', (c) => c.notNull().defaultTo(0))
      .addColumn('bytes', big, (c) => c.notNull().defaultTo(0))
      .addColumn('arrived_at', 'text', (c) => c.notNull())
      .addColumn('closed_at', 'text'),
    'batch',
  ).execute();
  await db.schema.createIndex('batch_arrival').on('batch').columns(['source', 'arrival_key', 'content_key']).unique().execute();

  await outcomes(
    db.schema
      .createTable('ledger')
      .addColumn('batch', 'text', (c) => c.notNull().references('batch.id'))
      .addColumn('day', 'text', (c) => c.notNull())
      .addPrimaryKeyConstraint('ledger_pk', ['batch', 'day']),
    'ledger',
  ).execute();

  await db.schema
    .createTable('outcome_reason')
    .addColumn('batch', 'text', (c) => c.notNull().references('batch.id'))
    .addColumn('outcome', 'text', (c) => c.notNull())
    .addColumn('reason', 'text', (c) => c.notNull())
    .addColumn('units', big, (c) => c.notNull())
    .addPrimaryKeyConstraint('outcome_reason_pk', ['batch', 'outcome', 'reason'])
    .execute();

  await db.schema
    .createTable('drift')
    .addColumn('source', 'text', (c) => c.notNull().references('source.id'))
    .addColumn('kind', 'text', (c) => c.notNull())
    .addColumn('name_key', 'text', (c) => c.notNull())
    .addColumn('name', blob, (c) => c.notNull())
    .addColumn('batch', 'text', (c) => c.notNull().references('batch.id'))
    .addPrimaryKeyConstraint('drift_pk', ['source', 'kind', 'name_key'])
    .execute();

  await db.schema
    .createTable('record')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('study', 'text', (c) => c.notNull().references('study.id'))
    .addColumn('participant', 'text', (c) => c.notNull().references('participant.id'))
    .addColumn('source', 'text', (c) => c.notNull().references('source.id'))
    .addColumn('batch', 'text', (c) => c.notNull().references('batch.id'))
    .addColumn('type', 'text', (c) => c.notNull())
    .addColumn('record_key', 'text', (c) => c.notNull())
    .addColumn('version', 'text', (c) => c.notNull())
    .addColumn('content_key', 'text', (c) => c.notNull())
    .addColumn('input_id', 'text')
    .addColumn('day', 'text', (c) => c.notNull())
    .addColumn('time_ms', big, (c) => c.notNull())
    .addColumn('body', blob, (c) => c.notNull())
    .execute();
  await db.schema.createIndex('record_version').on('record').columns(['source', 'record_key', 'version', 'content_key']).unique().execute();
  await db.schema.createIndex('record_study').on('record').columns(['study', 'type', 'time_ms']).execute();
  await db.schema.createIndex('record_batch').on('record').columns(['batch']).execute();
  await db.schema.createIndex('record_input').on('record').columns(['input_id']).execute();
  await db.schema.createIndex('record_participant').on('record').columns(['participant']).execute();

  await db.schema
    .createTable('series')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('study', 'text', (c) => c.notNull().references('study.id'))
    .addColumn('participant', 'text', (c) => c.notNull().references('participant.id'))
    .addColumn('source', 'text', (c) => c.notNull().references('source.id'))
    .addColumn('batch', 'text', (c) => c.notNull().references('batch.id'))
    .addColumn('form', 'text', (c) => c.notNull())
    .addColumn('signal', 'text', (c) => c.notNull())
    .addColumn('unit', 'text', (c) => c.notNull())
    .addColumn('stream_key', 'text', (c) => c.notNull())
    .addColumn('day', 'text', (c) => c.notNull())
    .addColumn('start_ms', real, (c) => c.notNull())
    .addColumn('end_ms', real, (c) => c.notNull())
    .addColumn('session_ms', real)
    .addColumn('rate', real)
    .addColumn('channels', 'integer', (c) => c.notNull())
    .addColumn('first', big, (c) => c.notNull())
    .addColumn('samples', 'integer', (c) => c.notNull())
    .addColumn('content_key', 'text', (c) => c.notNull())
    .addColumn('body', blob, (c) => c.notNull())
    .execute();
  await db.schema.createIndex('series_stream').on('series').columns(['source', 'stream_key', 'day', 'first']).unique().execute();
  await db.schema.createIndex('series_batch').on('series').columns(['batch']).execute();
  await db.schema.createIndex('series_participant').on('series').columns(['participant', 'signal', 'start_ms']).execute();
  await db.schema.createIndex('series_study').on('series').columns(['study', 'source']).execute();

  await db.schema
    .createTable('quarantine')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('study', 'text', (c) => c.notNull().references('study.id'))
    .addColumn('participant', 'text', (c) => c.notNull().references('participant.id'))
    .addColumn('source', 'text', (c) => c.notNull().references('source.id'))
    .addColumn('batch', 'text', (c) => c.notNull().references('batch.id'))
    .addColumn('reason', 'text', (c) => c.notNull())
    .addColumn('field', 'text')
    .addColumn('part', 'integer', (c) => c.notNull())
    .addColumn('unit', big, (c) => c.notNull())
    .addColumn('position', big, (c) => c.notNull())
    .addColumn('units', big, (c) => c.notNull())
    .addColumn('day', 'text', (c) => c.notNull())
    .addColumn('raw', blob, (c) => c.notNull())
    .execute();
  await db.schema.createIndex('quarantine_batch').on('quarantine').columns(['batch', 'part', 'unit']).execute();
  await db.schema.createIndex('quarantine_study').on('quarantine').columns(['study', 'reason']).execute();

  await scoring(db);
  await review(db);
  await people(db);
}
