import { findArrivals } from '../../../activities/threads/find-arrivals.ts';
import { ingestBatch } from '../../../activities/threads/ingest-batch.ts';
import { Consent } from '../../../schema/policy.ts';
import { addDevice } from '../../store/devices.ts';
import type { Store } from '../../store/open.ts';
import { addParticipant } from '../../store/participants.ts';
import { addSource, pushedSource, type SourceSettings } from '../../store/sources.ts';
import { createStudy } from '../../store/studies.ts';

export const study = 'streams';

/** A source that is pushed to, of a new participant, with one device. */
export async function pushedTo(
  store: Store,
  kind: string,
  outsideId = 'P001',
  change: Partial<SourceSettings> = {},
  consent: Partial<Consent> = {},
): Promise<{ participant: string; source: string; device: string; token: string }> {
  const known = await store.db.selectFrom('study').select('id').where('id', '=', study).executeTakeFirst();
  if (!known) await createStudy(store, study, null);
  const { id: participant } = await addParticipant(store, study, outsideId, Consent.parse(consent));
  const settings = { path: pushedSource('phone'), mapping: {}, zone: null, account: null, ...change };
  const { id: source } = await addSource(store, study, participant, kind, settings, null);
  const { id: device, token } = await addDevice(store, study, source);
  return { participant, source, device, token };
}

/** Reads what waits for a source, as its workflow would. */
export async function readWaiting(store: Store, source: string): Promise<void> {
  const context = { store, models: '', progress: () => {}, checkCancelled: () => {} };
  const { batches } = await findArrivals(context, { source, since: '' });
  for (const batch of batches) await ingestBatch(context, { batch });
}

/** The ledger of a source, summed. */
export async function ledgerOf(store: Store, source: string): Promise<Record<string, number>> {
  const names = ['received', 'stored', 'duplicate', 'quarantined', 'excluded', 'erased'] as const;
  const rows = await store.db.selectFrom('batch').select(names).where('source', '=', source).execute();
  return Object.fromEntries(names.map((name) => [name, rows.reduce((sum, row) => sum + row[name], 0)]));
}
