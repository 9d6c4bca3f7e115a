import pg from 'pg';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Policy } from '../../schema/policy.ts';
import { type DatabaseName, databaseNames, storeHome } from '../../test/support/store-home.ts';
import { addPerson, ingest, post, scorePosts } from '../../test/support/study-data.ts';
import { until } from '../../test/support/until.ts';
import { claimAlert, closeAlert, giveRating, openAlertsOf, openOrJoin, requireAlert } from './alerts.ts';
import type { Store } from './open.ts';
import { draftRating } from './ratings.ts';
import { finishRun } from './runs.ts';
import { createStudy } from './studies.ts';

const later = '2099-01-01T00:00:00.000Z';

/** An alert that `rita` has rated, and `join`, which holds another alarming score against its policy. */
async function rated(database: DatabaseName) {
  const home = await storeHome(database);
  const store = await home.open();
  await createStudy(store, 'sleep', null);
  const { participant, source } = await addPerson(store, 'sleep', 'anna');
  await ingest(store, source, 'file', [post('1', 'one')]);
  await finishRun(store, (await scorePosts(store, 'sleep', [participant], 'note')) as string, 'done', null, null);
  const { id: alert, policy } = await store.db.selectFrom('alert').selectAll().executeTakeFirstOrThrow();
  await claimAlert(store, alert, 'rita', null, later);
  await rate(store, alert, participant);
  await ingest(store, source, 'more', [post('2', 'two')]);
  await scorePosts(store, 'sleep', [], '');
  const scores = await store.db.selectFrom('score').select('id').orderBy('id').execute();
  const ids = scores.map(({ id }) => id);
  const join = () => openOrJoin(store, 'sleep', participant, Policy.parse(JSON.parse(policy)), ids);
  return { home, store, participant, alert, join };
}

async function rate(store: Store, alert: string, participant: string): Promise<void> {
  const draft = await draftRating(store, { id: alert, participant }, 'rita', { severity: 2, note: '' });
  await giveRating(store, alert, draft, 'rita', later);
  // The next thing happens at a later millisecond.
  const at = Date.now();
  await until(async () => Date.now() > at);
}

/** Alerts by state, each with the number of its scores. */
async function episodes(store: Store): Promise<[string, number][]> {
  const rows = await store.db
    .selectFrom('alert')
    .leftJoin('alert_score', 'alert_score.alert', 'alert.id')
    .select((eb) => ['alert.state', eb.fn.count<number>('alert_score.score').as('n')])
    .groupBy(['alert.id', 'alert.state'])
    .orderBy('alert.state')
    .execute();
  return rows.map(({ state, n }) => [state, Number(n)]);
}

/** Holds the store's lines of stories back until somebody else waits as well. */
async function storiesHeldBack(address: string) {
  const other = new pg.Client({ connectionString: address });
  await other.connect();
  onTestFinished(() => other.end());
  await other.query('begin; lock table alert_event in share mode');
  const waiting = `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
  return {
    waiting: (n: number) => until(async () => ((await other.query(waiting)).rowCount ?? 0) >= n),
    release: () => other.query('commit'),
  };
}

describe.each(databaseNames)('closing an alert on %s', (database) => {
  test('closes what it was rated for; what has joined since opens the next episode', async () => {
    const { store, participant, alert, join } = await rated(database);
    expect(await join()).toEqual({ id: alert, opened: false });
    expect(await openAlertsOf(store, participant)).toEqual([alert]);
    await closeAlert(store, alert, 'rita', 'no-action');
    expect(await episodes(store)).toEqual([
      ['closed', 1],
      ['open', 1],
    ]);
    const next = await store.db.selectFrom('alert').selectAll().where('state', '=', 'open').executeTakeFirstOrThrow();
    expect(await openAlertsOf(store, participant)).toEqual([next.id]);
    expect(next).toMatchObject({ policy: (await requireAlert(store, alert)).policy, claimed_by: null, told: 0 });
    expect(await store.db.selectFrom('alert_event').select(['number', 'event']).where('alert', '=', next.id).execute()).toEqual([
      { number: 0, event: 'opened' },
    ]);
    // A step that is tried again.
    await closeAlert(store, alert, 'rita', 'no-action');
    expect(await join()).toBeNull();
    expect(await episodes(store)).toHaveLength(2);
  });

  test('opens none where it was rated again since', async () => {
    const { store, participant, alert, join } = await rated(database);
    await join();
    const at = Date.now();
    await until(async () => Date.now() > at);
    await rate(store, alert, participant);
    await closeAlert(store, alert, 'rita', 'no-action');
    expect(await episodes(store)).toEqual([['closed', 2]]);
  });
});

describe('at the same moment on postgres', () => {
  test('a score does not join an alert that is being closed, but opens one', async () => {
    const { home, store, alert, join } = await rated('postgres');
    const stories = await storiesHeldBack(home.address.store);
    const closing = closeAlert(store, alert, 'rita', 'no-action');
    await stories.waiting(1);
    let over = false;
    const joining = join().finally(() => {
      over = true;
    });
    await Promise.race([stories.waiting(2), until(async () => over)]);
    await stories.release();
    await closing;
    expect(await joining).toMatchObject({ opened: true });
    expect(await episodes(store)).toEqual([
      ['closed', 1],
      ['open', 1],
    ]);
  });

  test('of two who claim, one has it', async () => {
    const home = await storeHome('postgres');
    const store = await home.open();
    await createStudy(store, 'sleep', null);
    const { participant, source } = await addPerson(store, 'sleep', 'anna');
    await ingest(store, source, 'file', [post('1', 'one')]);
    await scorePosts(store, 'sleep', [participant], 'note');
    const { id } = await store.db.selectFrom('alert').select('id').executeTakeFirstOrThrow();
    const stories = await storiesHeldBack(home.address.store);
    const claims = Promise.allSettled(['rita', 'bert'].map((by) => claimAlert(store, id, by, null, later)));
    await stories.waiting(2);
    await stories.release();
    const outcomes = await claims;
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(outcomes.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'alert-claimed' } });
  });
});
