import type { Kysely } from 'kysely';
import { columnTypes } from '../column-types.ts';

/** Models, runs with their frozen inputs, scores and decisions. */
export async function scoring(db: Kysely<unknown>): Promise<void> {
  const { blob, big } = columnTypes(db);
  await db.schema
    .createTable('model')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('name', 'text', (c) => c.notNull())
    .addColumn('version', 'text', (c) => c.notNull())
    .addColumn('thresholds_id', 'text', (c) => c.notNull())
    .addColumn('folder', 'text', (c) => c.notNull())
    .addColumn('kept_at', 'text', (c) => c.notNull())
    .execute();

  await db.schema
    .createTable('run')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('study', 'text', (c) => c.notNull().references('study.id'))
    .addColumn('number', 'integer', (c) => c.notNull())
    .addColumn('state', 'text', (c) => c.notNull())
    .addColumn('of_run', 'text', (c) => c.references('run.id'))
    .addColumn('verify', 'integer', (c) => c.notNull().defaultTo(0))
    .addColumn('models', 'text', (c) => c.notNull())
    .addColumn('engine', 'text', (c) => c.notNull())
    .addColumn('machine', 'text')
    .addColumn('inputs', big, (c) => c.notNull())
    .addColumn('started_at', 'text', (c) => c.notNull())
    .addColumn('finished_at', 'text')
    .addColumn('decided_at', 'text')
    .addColumn('result', 'text')
    .execute();
  await db.schema.createIndex('run_number').on('run').columns(['study', 'number']).unique().execute();

  await db.schema
    .createTable('run_input')
    .addColumn('run', 'text', (c) => c.notNull().references('run.id'))
    .addColumn('ordinal', 'integer', (c) => c.notNull())
    .addColumn('participant', 'text', (c) => c.references('participant.id'))
    .addColumn('model', 'text', (c) => c.notNull())
    .addColumn('record', 'text')
    .addColumn('series', 'text')
    .addColumn('input_id', 'text')
    .addColumn('state', 'text', (c) => c.notNull())
    .addColumn('error', 'text')
    .addColumn('result', blob)
    .addPrimaryKeyConstraint('run_input_pk', ['run', 'ordinal'])
    .execute();
  await db.schema.createIndex('run_input_record').on('run_input').columns(['record', 'model']).execute();
  await db.schema.createIndex('run_input_participant').on('run_input').columns(['participant', 'input_id', 'model']).execute();

  await db.schema
    .createTable('score')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('study', 'text', (c) => c.notNull().references('study.id'))
    .addColumn('participant', 'text', (c) => c.notNull().references('participant.id'))
    .addColumn('source', 'text', (c) => c.notNull().references('source.id'))
    .addColumn('run', 'text', (c) => c.notNull().references('run.id'))
    .addColumn('record', 'text')
    .addColumn('input_id', 'text', (c) => c.notNull())
    .addColumn('model', 'text', (c) => c.notNull().references('model.id'))
    .addColumn('head', 'text', (c) => c.notNull())
    .addColumn('grade', 'text', (c) => c.notNull())
    .addColumn('day', 'text', (c) => c.notNull())
    .addColumn('time_ms', big, (c) => c.notNull())
    .addColumn('end_ms', big, (c) => c.notNull())
    .addColumn('value', blob, (c) => c.notNull())
    .execute();
  await db.schema.createIndex('score_study').on('score').columns(['study', 'head', 'time_ms']).execute();
  await db.schema.createIndex('score_input').on('score').columns(['input_id', 'model']).execute();
  await db.schema.createIndex('score_participant').on('score').columns(['participant', 'head', 'time_ms']).execute();
  await db.schema.createIndex('score_run').on('score').columns(['run']).execute();

  await db.schema
    .createTable('decision')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('score', 'text', (c) => c.notNull().references('score.id'))
    .addColumn('participant', 'text', (c) => c.notNull().references('participant.id'))
    .addColumn('thresholds_id', 'text', (c) => c.notNull())
    .addColumn('value', blob, (c) => c.notNull())
    .execute();
  await db.schema.createIndex('decision_score').on('decision').columns(['score']).execute();
  await db.schema.createIndex('decision_participant').on('decision').columns(['participant']).execute();
}
