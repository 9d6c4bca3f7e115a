import type { Transaction } from 'kysely';
import { AfferentError } from '../../schema/errors.ts';
import { Consent } from '../../schema/policy.ts';
import { now } from './clock.ts';
import { holdParticipant } from './hold-participant.ts';
import type { Store } from './open.ts';
import { requireStudy } from './studies.ts';
import type { Tables } from './tables.ts';

/** The pseudonym of an outside id: `p_` and 20 hexadecimal digits of a keyed hash. */
export function pseudonym(store: Store, study: string, outsideId: string): string {
  return `p_${store.secrets.study(study)('participant', outsideId).slice(0, 20)}`;
}

/** What remains of a participant who withdrew: enough to refuse and to erase again, not to name them. */
export function tombstone(store: Store, study: string, participant: string): string {
  return store.secrets.study(study)('tombstone', participant);
}

/**
 * Adds a participant, or returns the one that is there with the consent given now.
 * @throws AfferentError `unknown-study`, `withdrawn`
 */
export async function addParticipant(
  store: Store,
  study: string,
  outsideId: string,
  consent: Consent | null,
): Promise<{ id: string; added: boolean }> {
  await requireStudy(store, study);
  const id = pseudonym(store, study, outsideId);
  if (await store.keys.isErased(study, tombstone(store, study, id))) throw new AfferentError('withdrawn');
  await store.keys.create(id);
  const known = await store.db.selectFrom('participant').select('id').where('id', '=', id).executeTakeFirst();
  const stored = JSON.stringify(consent ?? Consent.parse({}));
  if (!known) {
    await store.keys.noteConsent(id, stored);
    await store.db.insertInto('participant').values({ id, study, consent: stored, added_at: now() }).execute();
  } else if (consent) await replaceConsent(store, id, stored);
  // A withdrawal in between would not have found the key, nor, where it has ended, the row.
  const grave = tombstone(store, study, id);
  if (!(await store.keys.isErased(study, grave))) return { id, added: !known };
  await store.keys.destroy(study, id, grave);
  if (!known) await store.db.deleteFrom('participant').where('id', '=', id).execute();
  throw new AfferentError('withdrawn');
}

/** Once it is replaced nothing is stored under the one before: whoever is writing under it is waited for, and who comes later sees it. */
async function replaceConsent(store: Store, participant: string, consent: string): Promise<void> {
  await store.db.transaction().execute(async (tx) => {
    await holdParticipant(store, tx, participant, true);
    await store.keys.noteConsent(participant, consent);
    await tx.updateTable('participant').set({ consent }).where('id', '=', participant).execute();
  });
}

/** Has the key store know the consents that hold, also of participants who were there before it knew any. */
export async function noteConsents(store: Store): Promise<void> {
  const known = await store.keys.consents();
  const rows = await store.db.selectFrom('participant').select(['id', 'study', 'consent']).orderBy('id').execute();
  for (const { id, study, consent } of rows) {
    if (known.get(id)?.consent === consent) continue;
    // It may be being replaced: whoever does so notes it first.
    await store.db.transaction().execute(async (tx) => {
      await holdParticipant(store, tx, id, true);
      const row = await tx.selectFrom('participant').select('consent').where('id', '=', id).executeTakeFirst();
      if (row) await store.keys.noteConsent(id, row.consent);
    });
    // Of who is withdrawing nothing is to be left.
    const grave = tombstone(store, study, id);
    if (await store.keys.isErased(study, grave)) await store.keys.destroy(study, id, grave);
  }
}

/** @throws AfferentError `unknown-study`, `unknown-participant`, `withdrawn` */
export async function requireParticipant(store: Store, study: string, outsideId: string): Promise<string> {
  const id = pseudonym(store, study, outsideId);
  const row = await store.db.selectFrom('participant').select('id').where('id', '=', id).where('study', '=', study).executeTakeFirst();
  if (row) return id;
  await requireStudy(store, study);
  throw new AfferentError((await store.keys.isErased(study, tombstone(store, study, id))) ? 'withdrawn' : 'unknown-participant');
}

export async function participantConsent(store: Store, participant: string): Promise<Consent> {
  return (await statedConsent(store, participant)).consent;
}

/** A consent, and as its row has it: by that a writer knows whether it was replaced. @throws AfferentError `unknown-participant` */
export async function statedConsent(store: Store, participant: string): Promise<{ consent: Consent; stated: string }> {
  const row = await store.db.selectFrom('participant').select('consent').where('id', '=', participant).executeTakeFirst();
  if (!row) throw new AfferentError('unknown-participant');
  return { consent: Consent.parse(JSON.parse(row.consent)), stated: row.consent };
}

/**
 * What was judged by a consent that has been replaced since must be judged again: a reading that is tried again goes on from its cursor.
 * @throws AfferentError `stale-writer`
 */
export async function requireSameConsent(tx: Transaction<Tables>, participant: string, stated: string | undefined): Promise<void> {
  if (stated === undefined) return;
  const row = await tx.selectFrom('participant').select('consent').where('id', '=', participant).executeTakeFirst();
  if (row?.consent !== stated) throw new AfferentError('stale-writer');
}
