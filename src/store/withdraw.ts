import { randomUUID } from 'node:crypto';
import type { Kysely } from 'kysely';
import { AfferentError } from '../../schema/errors.ts';
import { type Erasure, erasedTables, eraseParticipant } from './erase.ts';
import { forgetOldPages } from './old-pages.ts';
import type { Store } from './open.ts';
import { pseudonym, tombstone } from './participants.ts';
import { requireStudy } from './studies.ts';
import type { Tables } from './tables.ts';
import { transactAgain } from './try-again.ts';

export interface Withdrawal extends Erasure {
  /** False when a reader kept the files from being rewritten: the next opening of the store does it. */
  filesClean: boolean;
}

const pending = 'erasing:';

/**
 * Withdraws a participant: destroys their key, remembers that they must stay away, erases their rows, and rewrites the files
 * that held them. A crash on the way is made good by calling it again or by the next opening of the store. Calling it for
 * somebody who has withdrawn changes nothing and returns zeros.
 * @param before what must not be lost by a crash: done once the participant is known to be one, before anything is destroyed
 * @throws AfferentError `unknown-study`, `unknown-participant`
 */
export async function withdraw(store: Store, study: string, outsideId: string, before?: () => Promise<void>): Promise<Withdrawal> {
  await requireStudy(store, study);
  const participant = pseudonym(store, study, outsideId);
  const grave = tombstone(store, study, participant);
  const known = await store.db
    .selectFrom('participant')
    .select('id')
    .where('id', '=', participant)
    .where('study', '=', study)
    .executeTakeFirst();
  if (!known && !(await store.keys.isErased(study, grave))) throw new AfferentError('unknown-participant');
  await before?.();
  const erasure = known ? await eraseNow(store, study, participant, grave) : null;
  const filesClean = await cleanFiles(store);
  return { ...(erasure ?? nothing(study)), filesClean };
}

/**
 * Erases whoever is in the store, or has a key, but has withdrawn: what a crash, an older copy of the store or an older copy of
 * the keys left. `openStore` calls it.
 * @returns what was erased now, without the participants' names
 */
export async function completeErasures(store: Store): Promise<Erasure[]> {
  const graves = new Map<string, Set<string>>();
  for (const { study, tombstone } of await store.keys.erasures()) graves.set(study, (graves.get(study) ?? new Set()).add(tombstone));
  const erasures: Erasure[] = [];
  if (graves.size > 0) {
    const participants = await store.db.selectFrom('participant').select(['id', 'study']).orderBy('id').execute();
    for (const { id, study } of participants) {
      const grave = tombstone(store, study, id);
      if (!graves.get(study)?.has(grave)) continue;
      const erasure = await eraseNow(store, study, id, grave);
      if (erasure) erasures.push(erasure);
    }
    await destroyLeftKeys(store, graves);
  }
  await cleanFiles(store);
  return erasures;
}

/** Keys of those who withdrew come back with an older copy of the key store. */
async function destroyLeftKeys(store: Store, graves: Map<string, Set<string>>): Promise<void> {
  for (const participant of await store.keys.participants()) {
    for (const [study, ofStudy] of graves) {
      const grave = tombstone(store, study, participant);
      if (!ofStudy.has(grave)) continue;
      await markErasing(store.db, grave);
      await store.keys.destroy(study, participant, grave);
    }
  }
}

async function eraseNow(store: Store, study: string, participant: string, grave: string): Promise<Erasure | null> {
  await markErasing(store.db, grave);
  await store.keys.destroy(study, participant, grave);
  return transactAgain(store.db, async (tx) => {
    await markErasing(tx, grave);
    return eraseParticipant(store, tx, participant);
  });
}

/**
 * Remembers that files are to be rewritten: before a key is destroyed, and together with the rows. The value is new each time, so
 * that another process that rewrote the files in between does not take the later mark for its own.
 */
export async function markErasing(db: Kysely<Tables>, grave: string): Promise<void> {
  const value = randomUUID();
  await db
    .insertInto('meta')
    .values({ key: `${pending}${grave}`, value })
    .onConflict((c) => c.column('key').doUpdateSet({ value }))
    .execute();
}

/** Rewrites the files where that is asked for. False when a reader kept them: the next opening of the store does it. */
export async function cleanFiles(store: Store): Promise<boolean> {
  const marks = await store.db.selectFrom('meta').selectAll().where('key', 'like', `${pending}%`).execute();
  if (marks.length === 0) return true;
  const keysClean = await store.keys.forgetOldPages();
  const rowsClean = await forgetOldPages(store.db, store.adapter, erasedTables);
  if (!keysClean || !rowsClean) return false;
  for (const { key, value } of marks) await store.db.deleteFrom('meta').where('key', '=', key).where('value', '=', value).execute();
  return true;
}

function nothing(study: string): Erasure {
  return { study, sources: [], alerts: [], records: 0, samples: 0, quarantined: 0, scores: 0 };
}
