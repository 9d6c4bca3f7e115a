import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { storeHome } from '../../test/support/store-home.ts';
import { until } from '../../test/support/until.ts';
import { endFeed, listFeeds, putFeed } from '../store/feeds.ts';
import { checkLedger } from '../store/ledger-check.ts';
import type { Store } from '../store/open.ts';
import { addParticipant } from '../store/participants.ts';
import { openRecord } from '../store/records.ts';
import { withdraw } from '../store/withdraw.ts';
import { FeedKeeper } from './feed-keeper.ts';
import { JetstreamServer } from './testing/jetstream-server.ts';
import { ledgerOf, pushedTo, readWaiting, study } from './testing/pushed-study.ts';

const did = (name: string) => `did:plc:${name.padEnd(24, 'a')}`;

async function jetstream(): Promise<JetstreamServer> {
  const server = await JetstreamServer.start();
  onTestFinished(() => server.close());
  return server;
}

async function account(store: Store, server: JetstreamServer, name: string, consent = {}) {
  const to = await pushedTo(store, 'bluesky', name, { account: did(name) }, consent);
  await putFeed(store, study, to.source, { form: 'jetstream', settings: { url: server.url, did: did(name) } });
  return to;
}

function keeperOf(store: Store): FeedKeeper {
  const keeper = new FeedKeeper(store, () => {});
  onTestFinished(() => keeper.stop());
  return keeper;
}

async function textsOf(store: Store, { source, participant }: { source: string; participant: string }): Promise<string[]> {
  const rows = await store.db.selectFrom('record').select(['id', 'body']).where('source', '=', source).execute();
  const key = await store.keys.key(participant);
  return rows.map((row) => (openRecord(key, row) as { text: string }).text).sort();
}

/** Waits until so many units of a source are in the ledger. */
async function received(store: Store, source: string, units: number): Promise<void> {
  await until(async () => {
    await readWaiting(store, source);
    return ((await ledgerOf(store, source)).received ?? 0) >= units;
  });
}

test('posts come in as they are sent, in whatever order, and what is deleted is erased within the minute', async () => {
  const store = await (await storeHome('sqlite')).open();
  const server = await jetstream();
  const ana = await account(store, server, 'ana');
  const keeper = keeperOf(store);
  await keeper.look();
  await until(async () => server.asked.length === 1);
  const now = Date.now() * 1000;
  server.post(did('ana'), now + 3, 'c', 'third');
  server.post(did('ana'), now + 1, 'a', 'first');
  // The deletion overtakes the post.
  server.post(did('ana'), now + 9, 'b', null);
  server.post(did('ana'), now + 2, 'b', 'second, regretted');
  server.send(did('ana'), now + 4, { kind: 'identity', identity: {} });
  await received(store, ana.source, 5);
  expect(await textsOf(store, ana)).toEqual(['first', 'third']);
  const began = performance.now();
  server.post(did('ana'), now + 20, 'c', null);
  await received(store, ana.source, 6);
  expect(performance.now() - began).toBeLessThan(60_000);
  expect(await textsOf(store, ana)).toEqual(['first']);
  expect(await ledgerOf(store, ana.source)).toEqual({ received: 6, stored: 1, duplicate: 0, quarantined: 0, excluded: 3, erased: 2 });
  expect((await checkLedger(store, study)).findings).toEqual([]);
});

test('only accounts of those who agreed are asked for, and one who withdraws is asked for no more', async () => {
  const store = await (await storeHome('sqlite')).open();
  const server = await jetstream();
  await account(store, server, 'ana');
  await account(store, server, 'ben');
  await account(store, server, 'cleo', { kinds: ['series'] });
  await account(store, server, 'dora', { to: '2026-01-01T00:00:00Z' });
  const ended = await account(store, server, 'emil');
  await endFeed(store, study, ended.source);
  const keeper = keeperOf(store);
  await keeper.look();
  await until(async () => server.asked.length === 1);
  expect(server.asked[0]?.toSorted()).toEqual([did('ana'), did('ben')]);
  await withdraw(store, study, 'ben');
  await keeper.look();
  await until(async () => server.asked.length === 2);
  expect(server.asked[1]).toEqual([did('ana')]);
  expect(await listFeeds(store, study)).toHaveLength(4);
});

test('a connection that is cut is taken up where it was', async () => {
  const store = await (await storeHome('sqlite')).open();
  const server = await jetstream();
  const ana = await account(store, server, 'ana');
  await addParticipant(store, study, 'nobody', null);
  await keeperOf(store).look();
  await until(async () => server.asked.length === 1);
  const now = Date.now() * 1000;
  server.post(did('ana'), now + 1, 'a', 'before');
  await received(store, ana.source, 1);
  server.cut();
  server.post(did('ana'), now + 2, 'b', 'while nobody listened');
  await until(async () => server.asked.length === 2);
  server.post(did('ana'), now + 3, 'c', 'after');
  await until(async () => {
    await readWaiting(store, ana.source);
    return (await textsOf(store, ana)).length === 3;
  });
  expect(await textsOf(store, ana)).toEqual(['after', 'before', 'while nobody listened']);
  expect(server.cursors[1]).toBeLessThanOrEqual(now + 1);
});

test('a reader that is killed again and again loses nothing and stores nothing twice', { timeout: 240_000 }, async () => {
  const home = await storeHome('sqlite');
  const store = await home.open();
  const server = await jetstream();
  const ana = await account(store, server, 'ana');
  let child: ChildProcess | null = null;
  const begin = () =>
    fork(join(import.meta.dirname, 'testing', 'feed-process.ts'), [], {
      env: { ...process.env, AFFERENT_FEEDS: JSON.stringify(home.address) },
      execArgv: ['--disable-warning=ExperimentalWarning'],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
  onTestFinished(() => void child?.kill('SIGKILL'));
  const now = Date.now() * 1000;
  for (let round = 0; round < 3; round++) {
    const asked = server.asked.length;
    child = begin();
    await until(async () => server.asked.length > asked);
    // The last frames of a round are on their way when it is killed.
    for (let i = 0; i < 50; i++) server.post(did('ana'), now + round * 1000 + i, `${round}x${i}`, `round ${round}, post ${i}`);
    if (round === 2) break;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }
  await until(async () => {
    await readWaiting(store, ana.source);
    return (await textsOf(store, ana)).length >= 150;
  }, 120_000);
  expect(new Set(await textsOf(store, ana)).size).toBe(150);
  expect(await textsOf(store, ana)).toHaveLength(150);
  expect((await checkLedger(store, study)).findings).toEqual([]);
});
