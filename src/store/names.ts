import { now } from './clock.ts';
import { keyUnlessGone } from './keys.ts';
import type { Store } from './open.ts';
import { requireRun } from './runs.ts';
import { seal, unseal } from './seal.ts';
import type { Owner } from './series.ts';
import { requireNotErased } from './sources.ts';

/** Names that one participant's exports list, at most. */
const most = 20_000;

/** Remembers names that an export lists, sealed; one that is known stays as it is. */
export async function addNames(store: Store, owner: Owner, names: readonly string[]): Promise<void> {
  const fresh = [...new Set(names.map((name) => name.normalize('NFC').trim()))].filter((name) => name !== '');
  if (fresh.length === 0) return;
  const { participant, source } = owner;
  await store.db.transaction().execute(async (tx) => {
    await requireNotErased(store, tx, source);
    const known = await tx.selectFrom('listed_name').select('name_key').where('participant', '=', participant).execute();
    const keys = new Set(known.map((row) => row.name_key));
    for (const name of fresh) {
      const nameKey = owner.hash('name', participant, name).slice(0, 32);
      if (keys.has(nameKey) || keys.size >= most) continue;
      keys.add(nameKey);
      const sealed = seal(owner.key, `listed_name|${participant}|${nameKey}`, name);
      await tx
        .insertInto('listed_name')
        .values({ participant, name_key: nameKey, source, added_at: now(), name: sealed })
        .onConflict((c) => c.doNothing())
        .execute();
    }
  });
}

/** Names listed by a participant's exports, up to a moment (ISO; null: all), in an order of their own. Empty after a withdrawal. */
export async function listedNames(store: Store, participant: string, until: string | null): Promise<string[]> {
  const rows = await store.db
    .selectFrom('listed_name')
    .select(['name_key', 'name'])
    .where('participant', '=', participant)
    .$if(until !== null, (query) => query.where('added_at', '<=', until as string))
    .orderBy('name_key')
    .execute();
  if (rows.length === 0) return [];
  const key = await keyUnlessGone(store, participant);
  if (key === null) return [];
  return rows.map((row) => unseal(key, `listed_name|${participant}|${row.name_key}`, row.name).toString('utf8'));
}

/** Until when names count for the inputs of a run: its beginning; a rerun's is that of the run that it repeats. */
export async function namesUntil(store: Store, run: string): Promise<string> {
  const { of_run: of, started_at: startedAt } = await requireRun(store, run);
  return of === null ? startedAt : namesUntil(store, of);
}
