import { MASKING_VERSION } from '../../src/consent/mask.ts';
import { closeBatch, requireBatch } from '../../src/store/batches.ts';
import { BatchWriter } from '../../src/store/commit.ts';
import { eraseDeletedLines } from '../../src/store/erase-nameless.ts';
import { inboxBody, inboxRow } from '../../src/store/inbox.ts';
import type { Store } from '../../src/store/open.ts';
import { requireSource } from '../../src/store/sources.ts';

/** Puts a push that ended its readers into quarantine as one unit: all of its bytes, at the place that was reached. */
export async function setAsideWhole(store: Store, row: string, id: string): Promise<void> {
  const batch = await requireBatch(store, id);
  const { study, participant, kind, id: source } = await requireSource(store, batch.source);
  const key = await store.keys.key(participant);
  const owner = { study, participant, source, batch: id, kind, key, hash: store.secrets.study(study) };
  const writer = new BatchWriter(store, owner, { maskingVersion: MASKING_VERSION, consent: () => null });
  const raw = await inboxBody(store, row);
  const item = { is: 'quarantined', units: 1, end: 0, day: null, reason: 'reader-killed', raw } as const;
  await writer.commit({ part: batch.cursor_part, firstUnit: batch.cursor_unit, counted: 1, items: [item] });
  // A reader would pass over what was deleted before; nobody may read this one for long.
  await eraseDeletedLines(store, owner, (await inboxRow(store, row)).media);
  await closeBatch(store, id, 'done', null);
}
