import { AfferentError } from '../../schema/errors.ts';
import { Consent } from '../../schema/policy.ts';
import { now } from './clock.ts';
import type { Store } from './open.ts';
import { requireStudy } from './studies.ts';

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
  if (known) {
    if (consent) await store.db.updateTable('participant').set({ consent: stored }).where('id', '=', id).execute();
    return { id, added: false };
  }
  await store.db.insertInto('participant').values({ id, study, consent: stored, added_at: now() }).execute();
  return { id, added: true };
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
  const row = await store.db.selectFrom('participant').select('consent').where('id', '=', participant).executeTakeFirst();
  if (!row) throw new AfferentError('unknown-participant');
  return Consent.parse(JSON.parse(row.consent));
}
