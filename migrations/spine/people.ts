import type { Kysely } from 'kysely';
import { sql } from 'kysely';
import { columnTypes } from '../column-types.ts';

/** Alerts and their ratings. */
export async function review(db: Kysely<unknown>): Promise<void> {
  const { blob } = columnTypes(db);
  await db.schema
    .createTable('alert')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('study', 'text', (c) => c.notNull().references('study.id'))
    .addColumn('participant', 'text', (c) => c.notNull().references('participant.id'))
    .addColumn('policy', 'text', (c) => c.notNull())
    .addColumn('policy_name', 'text', (c) => c.notNull())
    .addColumn('state', 'text', (c) => c.notNull())
    .addColumn('opened_at', 'text', (c) => c.notNull())
    .addColumn('told', 'integer', (c) => c.notNull().defaultTo(0))
    .addColumn('due_at', 'text')
    .addColumn('claimed_by', 'text')
    .addColumn('claimed_at', 'text')
    .addColumn('closed_at', 'text')
    .addColumn('decision', 'text')
    .addColumn('last_mail', 'text', (c) => c.notNull().defaultTo('none'))
    .execute();
  // One open episode for each participant and policy.
  await sql`create unique index alert_episode on alert (participant, policy_name) where state <> 'closed'`.execute(db);
  await db.schema.createIndex('alert_study').on('alert').columns(['study', 'state']).execute();

  await db.schema
    .createTable('alert_score')
    .addColumn('alert', 'text', (c) => c.notNull().references('alert.id'))
    .addColumn('score', 'text', (c) => c.notNull().references('score.id'))
    .addColumn('joined_at', 'text', (c) => c.notNull())
    .addPrimaryKeyConstraint('alert_score_pk', ['alert', 'score'])
    .execute();

  await db.schema
    .createTable('alert_event')
    .addColumn('alert', 'text', (c) => c.notNull().references('alert.id'))
    .addColumn('number', 'integer', (c) => c.notNull())
    .addColumn('at', 'text', (c) => c.notNull())
    .addColumn('event', 'text', (c) => c.notNull())
    .addColumn('actor', 'text')
    .addColumn('code', 'text')
    .addPrimaryKeyConstraint('alert_event_pk', ['alert', 'number'])
    .execute();

  await db.schema
    .createTable('rating')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('alert', 'text', (c) => c.notNull().references('alert.id'))
    .addColumn('participant', 'text', (c) => c.notNull().references('participant.id'))
    .addColumn('by', 'text', (c) => c.notNull())
    .addColumn('at', 'text', (c) => c.notNull())
    .addColumn('state', 'text', (c) => c.notNull())
    .addColumn('body', blob, (c) => c.notNull())
    .execute();
  await db.schema.createIndex('rating_alert').on('rating').columns(['alert']).execute();

  await db.schema
    .createTable('watch')
    .addColumn('study', 'text', (c) => c.primaryKey().references('study.id'))
    .addColumn('seen_at', 'text', (c) => c.notNull())
    .addColumn('by', 'text', (c) => c.notNull())
    .execute();
}

/** Accounts, roles, sessions and the audit. */
export async function people(db: Kysely<unknown>): Promise<void> {
  const { big } = columnTypes(db);
  await db.schema
    .createTable('account')
    .addColumn('name', 'text', (c) => c.primaryKey())
    .addColumn('password', 'text')
    .addColumn('created_at', 'text', (c) => c.notNull())
    .execute();
  await db.schema
    .createTable('role')
    .addColumn('account', 'text', (c) => c.notNull().references('account.name'))
    .addColumn('study', 'text', (c) => c.notNull().references('study.id'))
    .addColumn('role', 'text', (c) => c.notNull())
    .addPrimaryKeyConstraint('role_pk', ['account', 'study', 'role'])
    .execute();
  await db.schema
    .createTable('sign_in_link')
    .addColumn('token_hash', 'text', (c) => c.primaryKey())
    .addColumn('account', 'text', (c) => c.notNull().references('account.name'))
    .addColumn('expires_ms', big, (c) => c.notNull())
    .execute();
  await db.schema
    .createTable('session')
    .addColumn('token_hash', 'text', (c) => c.primaryKey())
    .addColumn('account', 'text', (c) => c.notNull().references('account.name'))
    .addColumn('expires_ms', big, (c) => c.notNull())
    .execute();
  await db.schema
    .createTable('audit')
    .addColumn('number', 'integer', (c) => c.primaryKey())
    .addColumn('at', 'text', (c) => c.notNull())
    .addColumn('actor', 'text', (c) => c.notNull())
    .addColumn('action', 'text', (c) => c.notNull())
    .addColumn('study', 'text')
    .addColumn('object', 'text')
    .addColumn('hash', 'text', (c) => c.notNull())
    .execute();
}
