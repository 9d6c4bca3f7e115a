import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Consent } from '../../schema/policy.ts';
import type { Judged } from '../../schema/source.ts';
import { copyKeyFile, type DatabaseName, databaseNames, openForTest, type StoreHome, storeHome } from '../../test/support/store-home.ts';
import { ingest, post, sample, scorePosts, someDay, studyOfAnnaAndBert } from '../../test/support/study-data.ts';
import { listAudit } from './audit.ts';
import { backup } from './backup.ts';
import { contentHash } from './content-hash.ts';
import { eraseUncovered, uncovered } from './erase-uncovered.ts';
import { ledgerRows } from './ledger.ts';
import { checkLedger } from './ledger-check.ts';
import type { Store } from './open.ts';
import { addParticipant, participantConsent, tombstone } from './participants.ts';
import { restore } from './restore.ts';
import { withdraw } from './withdraw.ts';

const narrow = Consent.parse({ kinds: ['heart_rate'] });
const wide = Consent.parse({});
/** Posts go where a consent names kinds. */
const refuse = (consent: Consent) => (item: Judged) =>
  item.is === 'record' && consent.kinds !== undefined ? ('no-consent-kind' as const) : null;

async function studyOfTwo(database: DatabaseName) {
  const home = await storeHome(database);
  const store = await home.open();
  const { anna, bert } = await studyOfAnnaAndBert(store);
  for (const { source } of [anna, bert]) await ingest(store, source, 'one', [post('1', 'words'), sample(someDay, 60)]);
  await scorePosts(store, 'sleep', [anna.participant], 'note');
  return { home, store, anna, bert, target: join(home.folder, 'backup') };
}

/** Restores into a new home that has the keys of another, as they are now or, where a path is given, as they were. */
async function restored(home: StoreHome, target: string, database: DatabaseName, refused = refuse) {
  const fresh = await storeHome(database);
  copyKeyFile(home, fresh);
  const address = { ...fresh.address, keyStore: home.address.keyStore };
  const run = (how = refused) => restore(target, address, join(fresh.folder, 'models'), { refuse: how });
  return { address, run, open: () => openForTest(address) };
}

async function narrowed(store: Store, participant: string): Promise<void> {
  await addParticipant(store, 'sleep', 'anna', narrow);
  await eraseUncovered(store, participant, refuse(narrow));
}

describe.each(databaseNames)('a consent that was replaced after a backup of %s', (database) => {
  test('holds when it is restored, and what it does not cover does not come back', async () => {
    const { home, store, anna, target } = await studyOfTwo(database);
    await backup(store, null, target);
    await narrowed(store, anna.participant);
    const [hash, ledger] = [await contentHash(store, 'sleep'), await ledgerRows(store, 'sleep')];
    const again = await restored(home, target, database);
    const erased = [{ source: anna.source, type: 'post', reason: 'no-consent-kind', units: 1 }];
    expect((await again.run()).consents).toMatchObject({ carried: [anna.participant], erased, unknown: [] });
    const opened = await again.open();
    expect(await participantConsent(opened, anna.participant)).toEqual(narrow);
    expect((await uncovered(opened, anna.participant, refuse(narrow))).units).toEqual([]);
    expect(await contentHash(opened, 'sleep')).toBe(hash);
    expect(await ledgerRows(opened, 'sleep')).toEqual(ledger);
    expect((await checkLedger(opened, null)).findings).toEqual([]);
    expect(await opened.db.selectFrom('alert').select('id').execute()).toEqual([]);
    expect((await listAudit(opened, 1))[0]).toMatchObject({ actor: 'restore', action: 'consent-applied', object: anna.participant });
  });

  test('holds where it is wider too', async () => {
    const { home, store, anna, target } = await studyOfTwo(database);
    await narrowed(store, anna.participant);
    await backup(store, null, target);
    await addParticipant(store, 'sleep', 'anna', wide);
    const again = await restored(home, target, database);
    expect((await again.run()).consents).toMatchObject({ carried: [anna.participant], erased: [], unknown: [] });
    expect(await participantConsent(await again.open(), anna.participant)).toEqual(wide);
  });

  test('holds where it was replaced before and applied after', async () => {
    const { home, store, anna, target } = await studyOfTwo(database);
    await addParticipant(store, 'sleep', 'anna', narrow);
    await backup(store, null, target);
    await eraseUncovered(store, anna.participant, refuse(narrow));
    const again = await restored(home, target, database);
    expect((await again.run()).consents).toMatchObject({ carried: [anna.participant], erased: [{ units: 1 }] });
  });

  test('is not looked for where nothing was replaced, nor kept of who has withdrawn', async () => {
    const { home, store, anna, bert, target } = await studyOfTwo(database);
    await narrowed(store, anna.participant);
    await addParticipant(store, 'sleep', 'bert', narrow);
    await backup(store, null, target);
    await addParticipant(store, 'sleep', 'bert', wide);
    await withdraw(store, 'sleep', 'bert');
    expect([...(await store.keys.consents()).keys()]).toEqual([anna.participant]);
    const again = await restored(home, target, database);
    expect(await again.run()).toMatchObject({ erased: 1, consents: { carried: [], erased: [], unknown: [] } });
    expect([...(await (await again.open()).keys.consents()).keys()]).not.toContain(bert.participant);
  });

  test('of a restore that is cut short opens nothing until it is restored anew', async () => {
    const { home, store, anna, target } = await studyOfTwo(database);
    await backup(store, null, target);
    await narrowed(store, anna.participant);
    const again = await restored(home, target, database);
    const killed = () => {
      throw new Error('killed');
    };
    await expect(again.run(killed)).rejects.toThrow('killed');
    await expect(again.open()).rejects.toMatchObject({ code: 'restore-unfinished' });
    expect((await again.run()).consents).toMatchObject({ carried: [anna.participant], erased: [{ units: 1 }] });
    expect((await uncovered(await again.open(), anna.participant, refuse(narrow))).units).toEqual([]);
  });
});

test.each(databaseNames)(
  'a backup while somebody withdraws leaves no consent of theirs behind, nor one that was replaced, on %s',
  async (database) => {
    const { store, anna, bert, target } = await studyOfTwo(database);
    await addParticipant(store, 'sleep', 'anna', narrow);
    // As it was read before it was replaced.
    await store.keys.noteApplied(anna.participant, JSON.stringify(wide));
    expect((await store.keys.consents()).get(anna.participant)).toEqual({ consent: JSON.stringify(narrow), number: 2, applied: 1 });
    // Their rows are still there.
    await store.keys.destroy('sleep', bert.participant, tombstone(store, 'sleep', bert.participant));
    await backup(store, null, target);
    expect([...(await store.keys.consents()).keys()]).toEqual([anna.participant]);
  },
);

test('whose consent the key store does not know, or knows from before the backup, is named', async () => {
  const { home, store, anna, bert, target } = await studyOfTwo('sqlite');
  const keys = home.address.keyStore.slice('sqlite:'.length);
  await narrowed(store, anna.participant);
  await store.close();
  copyFileSync(keys, `${keys}.old`);
  const later = await home.open();
  await addParticipant(later, 'sleep', 'anna', wide);
  await backup(later, null, target);
  await later.close();
  copyFileSync(`${keys}.old`, keys);
  const again = await restored(home, target, 'sqlite');
  const { consents } = await again.run();
  expect(consents).toMatchObject({ carried: [], erased: [], unknown: [anna.participant] });
  expect(Date.parse(consents.madeAt)).toBeGreaterThan(someDay);
  const opened = await again.open();
  expect(await participantConsent(opened, anna.participant)).toEqual(wide);
  expect(await participantConsent(opened, bert.participant)).toEqual(wide);
  // The next backup knows.
  await backup(opened, null, `${target}-2`);
  expect((await opened.keys.consents()).get(anna.participant)?.consent).toBe(JSON.stringify(wide));
});
