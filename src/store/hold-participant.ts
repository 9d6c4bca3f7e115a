import { sql, type Transaction } from 'kysely';
import type { Store } from './open.ts';
import type { Tables } from './tables.ts';

/**
 * PostgreSQL lets several write for a participant at once. Whoever must be alone (one that deletes, or a run that looks for
 * what newer runs scored) waits for the others until their transactions end, and they for it; else what one deletes another would
 * store at the same moment. SQLite has one writer at a time.
 */
export async function holdParticipant(store: Store, tx: Transaction<Tables>, participant: string, alone: boolean): Promise<void> {
  if (store.adapter.name !== 'postgres') return;
  const lock = alone ? sql`pg_advisory_xact_lock` : sql`pg_advisory_xact_lock_shared`;
  await sql`select ${lock}(hashtextextended(${participant}, 0))`.execute(tx);
}
