import type { Kysely } from 'kysely';
import { columnTypes } from './column-types.ts';

/** Devices that push, what they pushed until it is read, feeds with their cursors, and what sources have deleted. */
export async function up(db: Kysely<unknown>): Promise<void> {
  const { blob, big } = columnTypes(db);
  await db.schema
    .createTable('device')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('study', 'text', (c) => c.notNull().references('study.id'))
    .addColumn('participant', 'text', (c) => c.notNull().references('participant.id'))
    .addColumn('source', 'text', (c) => c.notNull().references('source.id'))
    .addColumn('token_hash', 'text', (c) => c.notNull().unique())
    .addColumn('created_at', 'text', (c) => c.notNull())
    .addColumn('revoked_at', 'text')
    .execute();
  await db.schema.createIndex('device_source').on('device').columns(['source']).execute();

  await db.schema
    .createTable('feed')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('study', 'text', (c) => c.notNull().references('study.id'))
    .addColumn('participant', 'text', (c) => c.notNull().references('participant.id'))
    .addColumn('source', 'text', (c) => c.notNull().unique().references('source.id'))
    .addColumn('form', 'text', (c) => c.notNull())
    .addColumn('settings', blob, (c) => c.notNull())
    .addColumn('cursor', blob)
    .addColumn('sequence', big, (c) => c.notNull())
    .addColumn('state', 'text', (c) => c.notNull())
    .addColumn('last_error', 'text')
    .addColumn('connected_at', 'text')
    .addColumn('last_frame_at', 'text')
    .addColumn('not_before', 'text')
    .addColumn('created_at', 'text', (c) => c.notNull())
    .execute();

  await db.schema
    .createTable('inbox')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('study', 'text', (c) => c.notNull().references('study.id'))
    .addColumn('participant', 'text', (c) => c.notNull().references('participant.id'))
    .addColumn('source', 'text', (c) => c.notNull().references('source.id'))
    .addColumn('device', 'text', (c) => c.references('device.id'))
    .addColumn('feed', 'text')
    .addColumn('request_key', 'text', (c) => c.unique())
    .addColumn('content_key', 'text', (c) => c.notNull())
    .addColumn('media', 'text', (c) => c.notNull())
    .addColumn('bytes', big, (c) => c.notNull())
    .addColumn('received_ms', big, (c) => c.notNull())
    .addColumn('client_time', 'text')
    .addColumn('skew_ms', big)
    .addColumn('state', 'text', (c) => c.notNull())
    .addColumn('batch', 'text')
    .addColumn('body', blob)
    .execute();
  await db.schema.createIndex('inbox_content').on('inbox').columns(['source', 'content_key']).unique().execute();
  await db.schema.createIndex('inbox_waiting').on('inbox').columns(['state', 'source', 'received_ms']).execute();
  await db.schema.createIndex('inbox_participant').on('inbox').columns(['participant']).execute();
  await db.schema.createIndex('inbox_batch').on('inbox').columns(['batch']).execute();

  await db.schema
    .createTable('deletion')
    .addColumn('source', 'text', (c) => c.notNull().references('source.id'))
    .addColumn('record_key', 'text', (c) => c.notNull())
    .addColumn('at', 'text', (c) => c.notNull())
    .addPrimaryKeyConstraint('deletion_pk', ['source', 'record_key'])
    .execute();
}
