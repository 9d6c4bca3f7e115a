import pg from 'pg';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Consent, Policy } from '../../schema/policy.ts';
import { databaseNames, type StoreHome, storeHome } from '../../test/support/store-home.ts';
import { addPerson, ingest, openWriter, post, quarantined, scorePosts } from '../../test/support/study-data.ts';
import { until } from '../../test/support/until.ts';
import { openOrJoin } from './alerts.ts';
import { BatchWriter } from './commit.ts';
import { eraseUncovered, uncovered } from './erase-uncovered.ts';
import type { KeyStore } from './keys.ts';
import { checkLedger } from './ledger-check.ts';
import type { Store } from './open.ts';
import { addParticipant, statedConsent, tombstone } from './participants.ts';
import { createStudy } from './studies.ts';
import { withdraw } from './withdraw.ts';

const refuse = () => 'no-consent-kind' as const;

async function begun(database: (typeof databaseNames)[number]) {
  const home = await storeHome(database);
  const store = await home.open();
  await createStudy(store, 'sleep', null);
  return { home, store, ...(await addPerson(store, 'sleep', 'anna')) };
}

async function alerted(database: (typeof databaseNames)[number]) {
  const all = await begun(database);
  await ingest(all.store, all.source, 'file', [post('1', 'one')]);
  await scorePosts(all.store, 'sleep', [all.participant], 'note');
  const alert = await all.store.db.selectFrom('alert').selectAll().executeTakeFirstOrThrow();
  return { ...all, alert };
}

/** A reviewer's step on an alert that is written, and committed once somebody waits for it. */
async function stepMeanwhile(home: StoreHome, alert: string) {
  const other = new pg.Client({ connectionString: home.address.store });
  await other.connect();
  onTestFinished(() => other.end());
  await other.query('begin');
  await other.query(`insert into alert_event (alert, number, at, event) values ($1, 99, '2026-02-01', 'claimed')`, [alert]);
  return async () => {
    const waiting = `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
    await until(async () => (await other.query(waiting)).rowCount !== 0);
    await other.query('commit');
  };
}

/** The store with one method of its keys replaced. */
function withKeys(store: Store, change: Partial<KeyStore>): Store {
  const keys = new Proxy(store.keys, {
    get: (target, name) => {
      const own = (change as Record<PropertyKey, unknown>)[name] ?? (target as unknown as Record<PropertyKey, unknown>)[name];
      return typeof own === 'function' ? own.bind(target) : own;
    },
  });
  return { ...store, keys };
}

describe.each(databaseNames)('erasing meets others on %s:', (database) => {
  test('scores that were erased since they were read open no alert', async () => {
    const { store, participant, alert } = await alerted(database);
    const scores = await store.db.selectFrom('score').select('id').execute();
    await eraseUncovered(store, participant, refuse);
    const policy = Policy.parse(JSON.parse(alert.policy));
    const ids = scores.map(({ id }) => id);
    expect(await openOrJoin(store, 'sleep', participant, policy, ids)).toBeNull();
    expect(await store.db.selectFrom('alert').select('id').execute()).toEqual([]);
  });

  test('what was judged by a consent that is replaced before its commit is not stored', async () => {
    const { store, source, participant } = await begun(database);
    const broken = await ingest(store, source, 'broken', [quarantined('{')]);
    const { owner } = await openWriter(store, source, 'file');
    const { stated } = await statedConsent(store, participant);
    const writer = new BatchWriter(store, owner, { maskingVersion: 1, consent: () => null, stated });
    const replay = new BatchWriter(store, { ...owner, batch: broken }, { maskingVersion: 1, consent: () => null, stated });
    await writer.commit({ part: 0, firstUnit: 0, counted: 1, items: [post('1', 'before')] });
    await addParticipant(store, 'sleep', 'anna', Consent.parse({ kinds: ['event'] }));
    const late = writer.commit({ part: 0, firstUnit: 1, counted: 1, items: [post('2', 'late')] });
    await expect(late).rejects.toMatchObject({ code: 'stale-writer' });
    const row = await store.db.selectFrom('quarantine').selectAll().executeTakeFirstOrThrow();
    const again = replay.replay({ part: 0, rows: [{ id: row.id, unit: 0, item: post('3', 'read again') }] });
    await expect(again).rejects.toMatchObject({ code: 'stale-writer' });
    expect((await uncovered(store, participant, refuse)).units).toMatchObject([{ units: 1 }]);

    const now = await statedConsent(store, participant);
    const next = new BatchWriter(store, owner, { maskingVersion: 1, consent: refuse, stated: now.stated });
    await next.commit({ part: 0, firstUnit: 1, counted: 1, items: [post('2', 'late')] });
    expect(await store.db.selectFrom('record').select('id').execute()).toHaveLength(1);
    expect((await checkLedger(store, 'sleep')).findings).toEqual([]);
  });

  test('who withdraws while they are added again is not there', async () => {
    const { store, participant } = await begun(database);
    const between = withKeys(store, {
      async create(id: string) {
        await withdraw(store, 'sleep', 'anna');
        await store.keys.create(id);
      },
    });
    await expect(addParticipant(between, 'sleep', 'anna', null)).rejects.toMatchObject({ code: 'withdrawn' });
    expect(await store.db.selectFrom('participant').select('id').execute()).toEqual([]);
    expect(await store.keys.participants()).not.toContain(participant);
  });

  test('who is withdrawing while their consent is given again gets no new key', async () => {
    const { store, participant } = await begun(database);
    const between = withKeys(store, {
      async create(id: string) {
        // The rows are still there.
        await store.keys.destroy('sleep', id, tombstone(store, 'sleep', id));
        await store.keys.create(id);
      },
    });
    await expect(addParticipant(between, 'sleep', 'anna', Consent.parse({}))).rejects.toMatchObject({ code: 'withdrawn' });
    expect(await store.keys.participants()).not.toContain(participant);
    await withdraw(store, 'sleep', 'anna');
    expect(await store.db.selectFrom('participant').select('id').execute()).toEqual([]);
  });
});

describe('a step on an alert that is under way on postgres', () => {
  test('is waited for by a consent that was narrowed', async () => {
    const { home, store, participant, alert } = await alerted('postgres');
    const commit = await stepMeanwhile(home, alert.id);
    const erasing = eraseUncovered(store, participant, refuse);
    await commit();
    expect(await erasing).toMatchObject({ alerts: [alert.id] });
    expect(await store.db.selectFrom('alert_event').select('alert').execute()).toEqual([]);
  });

  test('is waited for by a withdrawal', async () => {
    const { home, store, alert } = await alerted('postgres');
    const commit = await stepMeanwhile(home, alert.id);
    const withdrawing = withdraw(store, 'sleep', 'anna');
    await commit();
    expect(await withdrawing).toMatchObject({ alerts: [alert.id] });
    expect(await store.db.selectFrom('alert_event').select('alert').execute()).toEqual([]);
  });
});
