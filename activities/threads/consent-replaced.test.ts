import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Consent } from '../../schema/policy.ts';
import type { KeyStore } from '../../src/store/keys.ts';
import { checkLedger } from '../../src/store/ledger-check.ts';
import { addParticipant } from '../../src/store/participants.ts';
import { addSource } from '../../src/store/sources.ts';
import { createStudy } from '../../src/store/studies.ts';
import { ledgerOf } from '../../src/streams/testing/pushed-study.ts';
import { databaseNames, storeHome } from '../../test/support/store-home.ts';
import { findArrivals } from './find-arrivals.ts';
import { ingestBatch } from './ingest-batch.ts';

test.each(databaseNames)('a consent that is replaced while a file is read holds for what is not stored yet, on %s', async (database) => {
  const home = await storeHome(database);
  const store = await home.open();
  await createStudy(store, 'sleep', null);
  const { id: participant } = await addParticipant(store, 'sleep', 'anna', null);
  const path = join(home.folder, 'posts.jsonl');
  writeFileSync(path, `${JSON.stringify({ id: '1', time: '2026-01-05T10:00:00Z', text: 'a post' })}\n`);
  const { id: source } = await addSource(store, 'sleep', participant, 'posts', { path, mapping: {}, zone: null, account: null }, null);
  const contextOf = (key: KeyStore['key']) => {
    const keys = new Proxy(store.keys, {
      get: (target, name) => {
        const own = name === 'key' ? key : (target as unknown as Record<PropertyKey, unknown>)[name];
        return typeof own === 'function' ? own.bind(target) : own;
      },
    });
    return { store: { ...store, keys }, models: '', progress: () => {}, checkCancelled: () => {} };
  };
  const { batches } = await findArrivals(
    contextOf((id) => store.keys.key(id)),
    { source, since: '' },
  );
  const batch = batches[0] as string;
  // A reading asks for the key to open the settings and the arrival, and then, once it knows the consent, for its writer.
  let asked = 0;
  const midway = contextOf(async (id) => {
    asked += 1;
    if (asked === 3) await addParticipant(store, 'sleep', 'anna', Consent.parse({ kinds: ['event'] }));
    return store.keys.key(id);
  });
  await expect(ingestBatch(midway, { batch })).rejects.toMatchObject({ code: 'stale-writer' });
  expect(await ledgerOf(store, source)).toMatchObject({ received: 0 });
  expect(await ingestBatch(midway, { batch })).toEqual({ error: null });
  expect(await ledgerOf(store, source)).toMatchObject({ received: 1, stored: 0, excluded: 1 });
  expect((await checkLedger(store, 'sleep')).findings).toEqual([]);
});
