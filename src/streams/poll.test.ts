import { expect, onTestFinished, test } from 'vitest';
import { PollSettings } from '../../schema/streams.ts';
import { storeHome } from '../../test/support/store-home.ts';
import { until } from '../../test/support/until.ts';
import { recordsAsOf } from '../store/as-of.ts';
import { listFeeds, putFeed } from '../store/feeds.ts';
import type { Store } from '../store/open.ts';
import { openFeeds, runningFeeds } from '../store/open-feeds.ts';
import { openRecord } from '../store/records.ts';
import { FeedKeeper } from './feed-keeper.ts';
import { httpServer, sendJson } from './testing/http-server.ts';
import { ledgerOf, pushedTo, readWaiting, study } from './testing/pushed-study.ts';

interface Night {
  type: 'event';
  event: 'sleep';
  id: string;
  time: string;
  version: string | null;
  values: { score: { value: number; unit: '1' } };
}

const night = (id: number, score: number, version: string | null): Night => ({
  type: 'event',
  event: 'sleep',
  id: `night-${id}`,
  time: `2026-02-${String(id).padStart(2, '0')}T22:00:00+01:00`,
  version,
  values: { score: { value: score, unit: '1' } },
});

/** A vendor: two items a page, tokens that run out, and now and then a wish to be left alone. */
async function vendor() {
  const state = { nights: [] as Night[], access: 'a0', refresh: 'r0', renewals: 0, busy: 0, broken: 0, asked: [] as URLSearchParams[] };
  const { url } = await httpServer((request, response, body) => {
    const address = new URL(request.url ?? '/', 'http://local');
    if (address.pathname === '/token') {
      const given = new URLSearchParams(body);
      if (given.get('refresh_token') !== state.refresh) return sendJson(response, 400, { error: 'invalid_grant' });
      state.renewals++;
      state.access = `a${state.renewals}`;
      state.refresh = `r${state.renewals}`;
      return sendJson(response, 200, { access_token: state.access, refresh_token: state.refresh });
    }
    if (request.headers.authorization !== `Bearer ${state.access}`) return sendJson(response, 401, {});
    if (state.busy > 0) {
      state.busy--;
      return sendJson(response, 429, {}, { 'retry-after': '1' });
    }
    const page = Number(address.searchParams.get('next_token') ?? 0);
    if (page > 0 && state.broken > 0) {
      state.broken--;
      return void response.destroy();
    }
    state.asked.push(address.searchParams);
    const data = state.nights.slice(page * 2, page * 2 + 2);
    sendJson(response, 200, { data, next_token: (page + 1) * 2 < state.nights.length ? String(page + 1) : null });
  });
  const settings = PollSettings.parse({
    url: `${url}/sleep`,
    items: 'data',
    nextField: 'next_token',
    nextParam: 'next_token',
    fromParam: 'start',
    toParam: 'end',
    everySeconds: 1,
    accessToken: 'run-out',
    oauth: { tokenUrl: `${url}/token`, clientId: 'study', refreshToken: 'r0' },
  });
  return { state, settings };
}

async function scoresAsOf(store: Store, at: string): Promise<(string | number | null)[]> {
  const rows = await recordsAsOf(store, study, { at }, { page: 1, size: 100 });
  return Promise.all(
    rows.map(async (row) => {
      const record = openRecord(await store.keys.key(row.participant), row);
      return record.type === 'event' ? (record.values.score?.value ?? null) : null;
    }),
  );
}

async function polled(store: Store, settings: PollSettings) {
  const to = await pushedTo(store, 'records', 'ana');
  await putFeed(store, study, to.source, { form: 'poll', settings });
  const keeper = new FeedKeeper(store, () => {});
  onTestFinished(() => keeper.stop());
  await keeper.look();
  const stored = (count: number) =>
    until(async () => {
      await readWaiting(store, to.source);
      return ((await ledgerOf(store, to.source)).stored ?? 0) >= count;
    });
  return { to, keeper, stored };
}

test('pages are read to their end, with a token that is renewed and durable before it is used', async () => {
  const store = await (await storeHome('sqlite')).open();
  const { state, settings } = await vendor();
  state.nights = [1, 2, 3, 4, 5].map((id) => night(id, 70 + id, '2026-02-10T00:00:00Z'));
  state.busy = 1;
  state.broken = 1;
  const { stored } = await polled(store, settings);
  await stored(5);
  expect(state.renewals).toBe(1);
  const running = await runningFeeds(store, Date.now());
  const [feed] = await openFeeds(
    store,
    running.map(({ id }) => id),
    Date.now(),
  );
  expect(feed?.form === 'poll' && feed.settings.oauth?.refreshToken).toBe('r1');
  expect((await listFeeds(store, study))[0]).toMatchObject({ last_error: null });
  // A page that was read is not asked for again after the connection broke behind it.
  expect(state.asked.slice(0, 3).map((query) => query.get('next_token'))).toEqual([null, '1', '2']);
});

test('what the vendor restates is another version, and each moment has its own newest', async () => {
  const store = await (await storeHome('sqlite')).open();
  const { state, settings } = await vendor();
  state.nights = [night(1, 71, '2026-02-10T00:00:00Z'), night(2, 72, '2026-02-10T00:00:00Z')];
  const { to, stored } = await polled(store, settings);
  await stored(2);
  const between = new Date().toISOString();
  await until(async () => new Date().toISOString() > between);
  state.nights = [night(1, 81, '2026-02-11T00:00:00Z'), night(2, 72, '2026-02-10T00:00:00Z')];
  await stored(3);
  expect(await store.db.selectFrom('record').select('id').where('source', '=', to.source).execute()).toHaveLength(3);
  const scores = (at: string) => scoresAsOf(store, at);
  expect(await scores(between)).toEqual([71, 72]);
  expect(await scores(new Date().toISOString())).toEqual([81, 72]);
  expect(await scores('2026-01-01T00:00:00.000Z')).toEqual([]);
});

test('a value without a version that is restated and then comes back is the newest again', async () => {
  const store = await (await storeHome('sqlite')).open();
  const { state, settings } = await vendor();
  const moments: string[] = [];
  const known = async (score: number) => {
    state.nights = [night(1, score, null), night(2, 72, null)];
    await until(async () => {
      await readWaiting(store, to.source);
      return (await scoresAsOf(store, new Date().toISOString()))[0] === score;
    });
    const now = new Date().toISOString();
    moments.push(now);
    await until(async () => new Date().toISOString() > now);
  };
  state.nights = [night(1, 71, null), night(2, 72, null)];
  const { to } = await polled(store, settings);
  for (const score of [71, 81, 71, 81, 71]) await known(score);
  expect(await Promise.all(moments.map((at) => scoresAsOf(store, at)))).toEqual([71, 81, 71, 81, 71].map((score) => [score, 72]));
  expect(await ledgerOf(store, to.source)).toMatchObject({ received: 10, stored: 3, duplicate: 7 });
});

test('a refresh token that is refused stops the feed with a code', async () => {
  const store = await (await storeHome('sqlite')).open();
  const { state, settings } = await vendor();
  state.refresh = 'another';
  const { to } = await polled(store, settings);
  await until(async () => (await listFeeds(store, study))[0]?.last_error === 'feed-refused');
  expect(await ledgerOf(store, to.source)).toMatchObject({ received: 0 });
});
