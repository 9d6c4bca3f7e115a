import pg from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { storeHome } from '../../test/support/store-home.ts';
import { addPerson, ingest, post, quarantined, sample, scorePosts, someDay } from '../../test/support/study-data.ts';
import { until } from '../../test/support/until.ts';
import { eraseUncovered } from './erase-uncovered.ts';
import { checkLedger } from './ledger-check.ts';
import { tombstone } from './participants.ts';
import { createStudy } from './studies.ts';
import { transactAgain } from './try-again.ts';
import { withdraw } from './withdraw.ts';

/** The ways in which PostgreSQL ends a transaction for another's sake; SQLite has one writer at a time. */
const ways = ['deadlock', 'late in a database that keeps transactions further apart'] as const;

/** Anna with a scored post, samples and an alert, and another session of the database that has locked the batch of them. */
async function contended(way: (typeof ways)[number]) {
  const home = await storeHome('postgres');
  const other = new pg.Client({ connectionString: home.address.store });
  await other.connect();
  onTestFinished(() => other.end());
  const database = new URL(home.address.store).pathname.slice(1);
  // Who waits for so long looks whether it can ever end: the one that is tested, long before the other.
  await other.query(`alter database ${database} set deadlock_timeout = '3s'`);
  await other.query(`set deadlock_timeout = '1min'`);
  if (way !== 'deadlock') await other.query(`alter database ${database} set default_transaction_isolation = 'repeatable read'`);
  const store = await home.open();
  await createStudy(store, 'sleep', null);
  const { source, participant } = await addPerson(store, 'sleep', 'anna');
  const batch = await ingest(store, source, 'file', [post('1', 'one'), quarantined('{'), sample(someDay, 60)]);
  await scorePosts(store, 'sleep', [participant], 'note');
  await other.query('begin');
  await other.query('select id from batch where id = $1 for update', [batch]);
  /** Gets in the way of what waits for the batch and has marked the files under this name. */
  const collide = async (mark: string) => {
    const waiting = `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
    await until(async () => (await other.query(waiting)).rowCount !== 0);
    if (way !== 'deadlock') await other.query('update batch set parts = parts where id = $1', [batch]);
    else {
      const change = 'insert into meta (key, value) values ($1, $2) on conflict (key) do update set value = $2';
      await other.query(change, [`erasing:${mark}`, 'other']);
    }
    await other.query('commit');
  };
  return { store, source, participant, collide };
}

test.each(ways)('what a consent no longer covers is erased all the same, and counted once: %s', async (way) => {
  const { store, source, participant, collide } = await contended(way);
  const erasing = eraseUncovered(store, participant, () => 'no-consent-kind');
  await collide('consent');
  expect(await erasing).toEqual({
    uncovered: ['post', 'series'].map((type) => ({ source, type, reason: 'no-consent-kind', units: 1 })),
    ...{ quarantined: 0, scores: 1, alerts: [expect.any(String)], interrupted: false },
  });
  expect((await checkLedger(store, 'sleep')).findings).toEqual([]);
});

test.each(ways)('who withdraws is erased all the same: %s', async (way) => {
  const { store, source, participant, collide } = await contended(way);
  const withdrawing = withdraw(store, 'sleep', 'anna');
  await collide(tombstone(store, 'sleep', participant));
  expect(await withdrawing).toMatchObject({ sources: [source], records: 1, samples: 1, quarantined: 1, scores: 1, filesClean: true });
  expect((await checkLedger(store, 'sleep')).findings).toEqual([]);
});

test('what fails of itself is not tried again', async () => {
  const store = await (await storeHome('sqlite')).open();
  let tries = 0;
  const failing = transactAgain(store.db, async () => {
    tries += 1;
    throw new Error('of itself');
  });
  await expect(failing).rejects.toThrow('of itself');
  expect(tries).toBe(1);
});
