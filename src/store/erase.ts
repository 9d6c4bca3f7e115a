import { sql, type Transaction } from 'kysely';
import { now } from './clock.ts';
import { erasedInput } from './erased-input.ts';
import type { Store } from './open.ts';
import type { Tables } from './tables.ts';
import { markToForget } from './to-forget.ts';

/** What was erased. Sources and alerts are named so that their schedules and workflows can be ended too. */
export interface Erasure {
  study: string;
  sources: string[];
  alerts: string[];
  records: number;
  samples: number;
  quarantined: number;
  scores: number;
}

/** Tables that rows are erased from. */
export const erasedTables = [
  ...['participant', 'source', 'batch', 'ledger', 'outcome_reason', 'drift', 'record', 'series', 'quarantine'],
  ...['run_input', 'score', 'decision', 'alert', 'alert_score', 'alert_event', 'rating'],
  ...['quarantine_part', 'listed_name', 'signal_table', 'stream_state'],
  ...['device', 'feed', 'inbox', 'deletion', 'restatement', 'feed_lapse'],
] as const;

/**
 * Erases a participant's rows and all that names them. What stays are counts: the ledger moves stored and quarantined units
 * to erased, day by day, and runs keep the places of erased inputs. Null when there is no such participant (any more).
 */
export async function eraseParticipant(store: Store, tx: Transaction<Tables>, participant: string): Promise<Erasure | null> {
  await lockWriters(store, tx, participant);
  const row = await tx.selectFrom('participant').select('study').where('id', '=', participant).executeTakeFirst();
  if (!row) return null;
  const sources = await tx.selectFrom('source').select('id').where('participant', '=', participant).orderBy('id').execute();
  const alerts = await tx.selectFrom('alert').select('id').where('participant', '=', participant).orderBy('id').execute();
  const ids = alerts.map(({ id }) => id);
  await eraseAlerts(tx, ids);
  const scores = await eraseScoresOfParticipant(tx, participant);
  const rows = await eraseRows(tx, participant);
  await eraseStreams(tx, participant);
  await eraseSources(tx, participant);
  await tx.deleteFrom('participant').where('id', '=', participant).execute();
  const erased = { sources: sources.map(({ id }) => id), alerts: ids };
  await markToForget(tx, erased);
  return { study: row.study, ...erased, scores, ...rows };
}

/** PostgreSQL lets others write meanwhile: wait for those who write for this participant, in the order in which they lock. */
async function lockWriters(store: Store, tx: Transaction<Tables>, participant: string): Promise<void> {
  if (store.adapter.name !== 'postgres') return;
  await tx.selectFrom('batch').select('id').where('id', 'in', batchesOf(tx, participant)).orderBy('id').forUpdate().execute();
  await tx.selectFrom('source').select('id').where('participant', '=', participant).orderBy('id').forNoKeyUpdate().execute();
  await tx.selectFrom('participant').select('id').where('id', '=', participant).forUpdate().execute();
  const alerts = await tx.selectFrom('alert').select('id').where('participant', '=', participant).execute();
  await lockAlerts(
    store,
    tx,
    alerts.map(({ id }) => id),
  );
}

/** Waits for those who write of these alerts: what they add must be seen, or it would refer to an alert that is gone. */
export async function lockAlerts(store: Store, tx: Transaction<Tables>, alerts: readonly string[]): Promise<void> {
  if (store.adapter.name !== 'postgres' || alerts.length === 0) return;
  await tx.selectFrom('alert').select('id').where('id', 'in', alerts).orderBy('id').forUpdate().execute();
}

function sourcesOf(tx: Transaction<Tables>, participant: string) {
  return tx.selectFrom('source').select('id').where('participant', '=', participant);
}

function batchesOf(tx: Transaction<Tables>, participant: string) {
  return tx.selectFrom('batch').select('id').where('source', 'in', sourcesOf(tx, participant));
}

/** Erases alerts with their ratings, notes and history. */
export async function eraseAlerts(tx: Transaction<Tables>, alerts: readonly string[]): Promise<void> {
  for (let i = 0; i < alerts.length; i += 500) {
    const slice = alerts.slice(i, i + 500);
    for (const table of ['rating', 'alert_event', 'alert_score'] as const) await tx.deleteFrom(table).where('alert', 'in', slice).execute();
    await tx.deleteFrom('alert').where('id', 'in', slice).execute();
  }
}

async function eraseScoresOfParticipant(tx: Transaction<Tables>, participant: string): Promise<number> {
  await tx.deleteFrom('decision').where('participant', '=', participant).execute();
  const { numDeletedRows } = await tx.deleteFrom('score').where('participant', '=', participant).executeTakeFirstOrThrow();
  await tx.updateTable('run_input').set(erasedInput).where('participant', '=', participant).execute();
  return Number(numDeletedRows);
}

async function eraseRows(tx: Transaction<Tables>, participant: string): Promise<Pick<Erasure, 'records' | 'samples' | 'quarantined'>> {
  const samples = await tx
    .selectFrom('series')
    .select(sql<number>`cast(coalesce(sum(samples), 0) as bigint)`.as('units'))
    .where('participant', '=', participant)
    .executeTakeFirstOrThrow();
  const quarantined = await tx
    .selectFrom('quarantine')
    .select(sql<number>`cast(coalesce(sum(units), 0) as bigint)`.as('units'))
    .where('participant', '=', participant)
    .executeTakeFirstOrThrow();
  const records = await tx.deleteFrom('record').where('participant', '=', participant).executeTakeFirstOrThrow();
  await tx.deleteFrom('series').where('participant', '=', participant).execute();
  await tx.deleteFrom('quarantine').where('participant', '=', participant).execute();
  await tx.deleteFrom('quarantine_part').where('batch', 'in', batchesOf(tx, participant)).execute();
  for (const table of ['signal_table', 'stream_state'] as const)
    await tx.deleteFrom(table).where('participant', '=', participant).execute();
  await tx.deleteFrom('listed_name').where('participant', '=', participant).execute();
  return { records: Number(records.numDeletedRows), samples: samples.units, quarantined: quarantined.units };
}

/** What waited unread is nobody's any more, and no device or feed brings more. */
async function eraseStreams(tx: Transaction<Tables>, participant: string): Promise<void> {
  for (const table of ['inbox', 'device', 'feed'] as const) await tx.deleteFrom(table).where('participant', '=', participant).execute();
  for (const table of ['deletion', 'restatement', 'feed_lapse'] as const) {
    await tx.deleteFrom(table).where('source', 'in', sourcesOf(tx, participant)).execute();
  }
}

async function eraseSources(tx: Transaction<Tables>, participant: string): Promise<void> {
  const moved = { erased: sql<number>`erased + stored + quarantined`, stored: 0, quarantined: 0 };
  await tx.updateTable('ledger').set(moved).where('batch', 'in', batchesOf(tx, participant)).execute();
  await tx.deleteFrom('outcome_reason').where('outcome', '=', 'quarantined').where('batch', 'in', batchesOf(tx, participant)).execute();
  await tx.deleteFrom('drift').where('source', 'in', sourcesOf(tx, participant)).execute();
  await tx
    .updateTable('batch')
    .set({
      ...moved,
      arrival: null,
      // Keyed hashes of path and bytes would still tell whether a given file was theirs.
      arrival_key: 'erased',
      content_key: sql<string>`id`,
      // A writer that does not know yet must find its batch closed.
      state: sql`case when state = 'open' then 'cancelled' else state end`,
      closed_at: sql`coalesce(closed_at, ${now()})`,
    })
    .where('source', 'in', sourcesOf(tx, participant))
    .execute();
  await tx
    .updateTable('source')
    .set({ participant: null, settings: null, every_seconds: null, holder: null, last_error: null, state: 'erased' })
    .where('participant', '=', participant)
    .execute();
}
