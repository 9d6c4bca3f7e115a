import type { Transaction } from 'kysely';
import type { Store } from './open.ts';
import type { Tables } from './tables.ts';

const prefix = 'forgetting:';

/** Remembers, together with their erasure, alerts that the Temporal server is still to forget: nothing else names them any more. */
export async function markToForget(tx: Transaction<Tables>, alerts: readonly string[]): Promise<void> {
  for (const alert of alerts) {
    await tx
      .insertInto('meta')
      .values({ key: `${prefix}${alert}`, value: '' })
      .onConflict((c) => c.doNothing())
      .execute();
  }
}

/** Erased alerts that the server may still know, of all studies. */
export async function alertsToForget(store: Store): Promise<string[]> {
  const rows = await store.db.selectFrom('meta').select('key').where('key', 'like', `${prefix}%`).orderBy('key').execute();
  return rows.map(({ key }) => key.slice(prefix.length));
}

/** The server has forgotten these. */
export async function alertsForgotten(store: Store, alerts: readonly string[]): Promise<void> {
  for (const alert of alerts) await store.db.deleteFrom('meta').where('key', '=', `${prefix}${alert}`).execute();
}
