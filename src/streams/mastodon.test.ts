import { expect, onTestFinished, test } from 'vitest';
import { WebSocketServer } from 'ws';
import { filesHolding, storeHome } from '../../test/support/store-home.ts';
import { until } from '../../test/support/until.ts';
import { listFeeds, putFeed } from '../store/feeds.ts';
import { openRecord } from '../store/records.ts';
import { FeedKeeper } from './feed-keeper.ts';
import { httpServer, sendJson } from './testing/http-server.ts';
import { ledgerOf, pushedTo, readWaiting, study } from './testing/pushed-study.ts';

const token = 'a-token-of-the-account';

function statusOf(id: number, text: string, change: object = {}): Record<string, unknown> {
  return {
    id: `1100000000000000${id}`,
    uri: `https://social.example/users/ana/statuses/1100000000000000${id}`,
    created_at: `2026-02-01T10:${String(id).padStart(2, '0')}:00.000Z`,
    edited_at: null,
    content: `<p>${text}</p>`,
    spoiler_text: '',
    visibility: 'public',
    language: 'en',
    in_reply_to_id: null,
    reblog: null,
    account: { id: '7', acct: 'ana' },
    ...change,
  };
}

/** A Mastodon server: the account, its posts by `min_id`, and a stream of events. */
async function mastodonServer() {
  const statuses: Record<string, unknown>[] = [];
  const state = { busy: 0, asked: 0 };
  const sockets = new WebSocketServer({ noServer: true });
  const { url, server } = await httpServer((request, response) => {
    if (request.headers.authorization !== `Bearer ${token}`) return sendJson(response, 401, { error: 'no' });
    const address = new URL(request.url ?? '/', 'http://local');
    if (address.pathname.endsWith('/verify_credentials')) return sendJson(response, 200, { id: '7' });
    state.asked++;
    if (state.busy-- > 0) return sendJson(response, 429, {}, { 'retry-after': '3' });
    const after = address.searchParams.get('min_id');
    const limit = Number(address.searchParams.get('limit'));
    const later = after === null ? statuses.slice(-limit) : statuses.filter(({ id }) => String(id) > after).slice(0, limit);
    sendJson(response, 200, later.toReversed());
  });
  server.on('upgrade', (request, socket, head) => {
    if (request.headers.authorization !== `Bearer ${token}`) return socket.end('HTTP/1.1 401 Unauthorized\r\n\r\n');
    sockets.handleUpgrade(request, socket, head, (client) => sockets.emit('connection', client));
  });
  const cut = () => {
    for (const client of sockets.clients) client.terminate();
  };
  onTestFinished(cut);
  const send = (event: string, payload: unknown) => {
    const text = typeof payload === 'string' ? payload : JSON.stringify(payload);
    for (const client of sockets.clients) client.send(JSON.stringify({ stream: ['user'], event, payload: text }));
  };
  return { url, statuses, state, send, cut };
}

test('events come in, gaps are filled from the list of posts, and words of others are held nowhere', async () => {
  const home = await storeHome('sqlite');
  const store = await home.open();
  const server = await mastodonServer();
  const ana = await pushedTo(store, 'mastodon', 'ana');
  await putFeed(store, study, ana.source, { form: 'mastodon', settings: { url: server.url, accessToken: token } });
  const keeper = new FeedKeeper(store, () => {});
  onTestFinished(() => keeper.stop());
  server.statuses.push(statusOf(1, 'the newest before it began'));
  await keeper.look();
  const received = (units: number) =>
    until(async () => {
      await readWaiting(store, ana.source);
      return ((await ledgerOf(store, ana.source)).received ?? 0) >= units;
    });
  await received(1);
  const secret = 'what somebody else confided';
  server.send('update', statusOf(2, 'a post of my own'));
  server.send('update', { ...statusOf(3, secret), account: { id: '8' } });
  server.send('update', { ...statusOf(4, ''), reblog: statusOf(5, secret) });
  server.send('notification', { type: 'mention', status: statusOf(6, secret) });
  server.send('status.update', statusOf(2, 'a post of my own, put right', { edited_at: '2026-02-01T11:00:00.000Z' }));
  await received(6);
  server.cut();
  server.statuses.push(statusOf(2, 'a post of my own'), statusOf(7, 'while nobody listened'), statusOf(8, 'and one more'));
  await received(8);
  server.send('delete', String(statusOf(7, '').id));
  await received(9);
  const rows = await store.db.selectFrom('record').select(['id', 'body']).where('source', '=', ana.source).execute();
  const key = await store.keys.key(ana.participant);
  const texts = rows.map((row) => (openRecord(key, row) as { text: string }).text).sort();
  expect(texts).toEqual(['a post of my own', 'a post of my own, put right', 'and one more', 'the newest before it began']);
  const ledger = await ledgerOf(store, ana.source);
  expect(ledger).toMatchObject({ stored: 4, erased: 1, quarantined: 0, excluded: 4 });
  expect(filesHolding(home.folder, [secret, token])).toEqual([]);
});

test('a token that is refused is said, and nothing of it', async () => {
  const store = await (await storeHome('sqlite')).open();
  const server = await mastodonServer();
  const ana = await pushedTo(store, 'mastodon', 'ana');
  await putFeed(store, study, ana.source, { form: 'mastodon', settings: { url: server.url, accessToken: 'wrong' } });
  const told: object[] = [];
  const keeper = new FeedKeeper(store, (event) => told.push(event));
  onTestFinished(() => keeper.stop());
  await keeper.look();
  await until(async () => (await listFeeds(store, study))[0]?.last_error === 'feed-refused');
  expect(JSON.stringify(told)).not.toContain('wrong');
});

test('a server that asks to be left alone is asked again when it said', async () => {
  const store = await (await storeHome('sqlite')).open();
  const server = await mastodonServer();
  const ana = await pushedTo(store, 'mastodon', 'ana');
  server.state.busy = 1;
  await putFeed(store, study, ana.source, { form: 'mastodon', settings: { url: server.url, accessToken: token } });
  const keeper = new FeedKeeper(store, () => {});
  onTestFinished(() => keeper.stop());
  await keeper.look();
  await until(async () => (await listFeeds(store, study))[0]?.not_before !== null);
  const [waiting] = await listFeeds(store, study);
  expect([waiting?.last_error, server.state.asked]).toEqual(['feed-down', 1]);
  await until(async () => server.state.asked > 1);
  expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(waiting?.not_before ?? ''));
  await until(async () => (await listFeeds(store, study))[0]?.not_before === null);
});
