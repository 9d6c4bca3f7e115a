import { type Kysely, sql } from 'kysely';
import { columnTypes } from './column-types.ts';

/**
 * Minutes and days of participants as models of them hear them, a stretch a row; which of these an input of a run is; what a model carried
 * behind them; and which of those models a study runs. The index is of few rows: inputs of that kind are one a participant, model and run.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  const { blob, big } = columnTypes(db);
  await db.schema
    .createTable('signal_table')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('study', 'text', (c) => c.notNull().references('study.id'))
    .addColumn('participant', 'text', (c) => c.notNull().references('participant.id'))
    .addColumn('source', 'text', (c) => c.references('source.id'))
    .addColumn('form', 'text', (c) => c.notNull())
    .addColumn('from_ms', big, (c) => c.notNull())
    .addColumn('to_ms', big, (c) => c.notNull())
    .addColumn('body', blob, (c) => c.notNull())
    .execute();
  await db.schema.createIndex('signal_table_participant').on('signal_table').columns(['participant', 'form', 'from_ms']).execute();
  await db.schema
    .createTable('stream_state')
    .addColumn('participant', 'text', (c) => c.notNull().references('participant.id'))
    .addColumn('model', 'text', (c) => c.notNull())
    .addColumn('stretches', 'integer', (c) => c.notNull())
    .addColumn('place', 'text', (c) => c.notNull())
    .addColumn('body', blob, (c) => c.notNull())
    .addPrimaryKeyConstraint('stream_state_pk', ['participant', 'model'])
    .execute();
  await db.schema.alterTable('run_input').addColumn('tables', 'text').execute();
  await sql`create index run_input_tables on run_input (participant, model) where tables is not null`.execute(db);
  await db.schema.alterTable('study').addColumn('models', 'text').execute();
}
