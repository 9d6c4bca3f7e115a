import type { Transaction } from 'kysely';
import type { Store } from './open.ts';
import type { Tables } from './tables.ts';

/** What was erased here and the Temporal server still knows, by id. */
export interface ToForget {
  sources: string[];
  alerts: string[];
}

const prefixes: readonly [keyof ToForget, string][] = [
  ['sources', 'forgetting-source:'],
  ['alerts', 'forgetting:'],
];

/** Remembers, together with their erasure, what the server is still to forget: whoever is killed before it has, and nothing else, knows of it. */
export async function markToForget(tx: Transaction<Tables>, erased: Partial<ToForget>): Promise<void> {
  for (const key of keysOf(erased)) {
    await tx
      .insertInto('meta')
      .values({ key, value: '' })
      .onConflict((c) => c.doNothing())
      .execute();
  }
}

/** What the server may still know, of all studies; null where there is nothing. */
export async function toForget(store: Store): Promise<ToForget | null> {
  const rows = await store.db.selectFrom('meta').select('key').where('key', 'like', 'forgetting%').orderBy('key').execute();
  if (rows.length === 0) return null;
  const found: ToForget = { sources: [], alerts: [] };
  for (const [list, prefix] of prefixes) {
    for (const { key } of rows) if (key.startsWith(prefix)) found[list].push(key.slice(prefix.length));
  }
  return found;
}

/** The server has forgotten these. */
export async function forgotten(store: Store, erased: ToForget): Promise<void> {
  for (const key of keysOf(erased)) await store.db.deleteFrom('meta').where('key', '=', key).execute();
}

function keysOf(erased: Partial<ToForget>): string[] {
  return prefixes.flatMap(([list, prefix]) => (erased[list] ?? []).map((id) => `${prefix}${id}`));
}
