import { expect, onTestFinished, test } from 'vitest';
import { storeHome } from '../../test/support/store-home.ts';
import { until } from '../../test/support/until.ts';
import { studyCompleteness } from '../store/completeness.ts';
import { commitFrames, putFeed } from '../store/feeds.ts';
import { listLapses } from '../store/lapses.ts';
import type { Store } from '../store/open.ts';
import { openFeeds, runningFeeds } from '../store/open-feeds.ts';
import { FeedKeeper } from './feed-keeper.ts';
import { JetstreamServer } from './testing/jetstream-server.ts';
import { ledgerOf, pushedTo, readWaiting, study } from './testing/pushed-study.ts';

const did = (name: string) => `did:plc:${name.padEnd(24, 'a')}`;
const hourUs = 3_600_000_000;
const dayOf = (us: number) => new Date(us / 1000).toISOString().slice(0, 10);

/** Accounts that were last listened to at a moment, and a server; what is posted then is there for who asks, unless it is forgotten. */
async function lastHeard(atUs: number, ...names: string[]) {
  const store = await (await storeHome('sqlite')).open();
  const server = await JetstreamServer.start();
  onTestFinished(() => server.close());
  const sources: string[] = [];
  for (const name of names) {
    const { source } = await pushedTo(store, 'bluesky', name, { account: did(name) });
    await putFeed(store, study, source, { form: 'jetstream', settings: { url: server.url, did: did(name) } });
    sources.push(source);
  }
  const ids = (await runningFeeds(store, Date.now())).map(({ id }) => id);
  const feeds = await openFeeds(store, ids, Date.now());
  await commitFrames(
    store,
    feeds.map((feed) => ({ feed, media: '', body: null, cursor: String(atUs) })),
    Date.now(),
  );
  const listen = async (source: string, units: number) => {
    const keeper = new FeedKeeper(store, () => {});
    onTestFinished(() => keeper.stop());
    await keeper.look();
    await until(async () => {
      await readWaiting(store, source);
      return ((await ledgerOf(store, source)).received ?? 0) >= units;
    });
    await keeper.stop();
  };
  return { store, server, sources, listen };
}

async function daysLapsed(store: Store, source: string): Promise<string[]> {
  const { sources } = await studyCompleteness(store, study, { source });
  return (sources[0]?.days ?? []).filter((day) => day.cause === 'feed-lapsed').map(({ day, state }) => `${day} ${state}`);
}

test('what a service no longer remembers is a gap with its cause, told once', async () => {
  const nowUs = Date.now() * 1000;
  const [before, kept] = [nowUs - 96 * hourUs, nowUs - 20 * hourUs];
  const { store, server, sources, listen } = await lastHeard(before, 'ana');
  const source = sources[0] as string;
  server.post(did('ana'), before + hourUs, 'a', 'forgotten');
  server.post(did('ana'), kept, 'b', 'kept');
  server.forget(kept - 1);
  await listen(source, 1);
  const [lapse, ...more] = await listLapses(store, study);
  expect([lapse?.from, lapse?.to, more]).toEqual([new Date(before / 1000).toISOString(), new Date(kept / 1000).toISOString(), []]);
  expect((await daysLapsed(store, source)).at(-1)).toBe(`${dayOf(kept)} partial`);
  server.post(did('ana'), nowUs, 'c', 'after a short pause');
  await listen(source, 2);
  expect(await listLapses(store, study)).toHaveLength(1);
});

test('one that remembers far enough has none, whichever account shows it', async () => {
  const nowUs = Date.now() * 1000;
  const before = nowUs - 96 * hourUs;
  const { store, server, sources, listen } = await lastHeard(before, 'ana', 'ben');
  server.post(did('ben'), before + hourUs, 'a', 'the first after the pause');
  server.post(did('ana'), nowUs - 20 * hourUs, 'b', 'of a quiet account');
  await listen(sources[0] as string, 1);
  expect(await listLapses(store, study)).toEqual([]);
  expect(await daysLapsed(store, sources[0] as string)).toEqual([]);
});

test('whoever was away for longer than a service remembers has a gap up to there, however short it is', async () => {
  const nowUs = Date.now() * 1000;
  const [before, kept] = [nowUs - 30 * hourUs, nowUs - 24 * hourUs];
  const { store, server, sources, listen } = await lastHeard(before, 'ana');
  for (let us = before; us < nowUs; us += hourUs) server.like(us);
  server.post(did('ana'), before + hourUs, 'a', 'forgotten');
  server.post(did('ana'), kept + hourUs, 'b', 'kept');
  server.forget(kept);
  await listen(sources[0] as string, 1);
  const [lapse, ...more] = await listLapses(store, study);
  expect([lapse?.from, lapse?.to, more]).toEqual([new Date(before / 1000).toISOString(), new Date(kept / 1000).toISOString(), []]);
  expect((await daysLapsed(store, sources[0] as string)).at(-1)).toBe(`${dayOf(kept + hourUs)} partial`);
});

test('where the service remembers all of the time away, an account that was quiet has no gap', async () => {
  const nowUs = Date.now() * 1000;
  const before = nowUs - 30 * hourUs;
  const { store, server, sources, listen } = await lastHeard(before, 'ana');
  for (let us = before; us < nowUs; us += hourUs) server.like(us);
  server.post(did('ana'), nowUs - hourUs, 'a', 'the first since');
  await listen(sources[0] as string, 1);
  expect(await listLapses(store, study)).toEqual([]);
});

test('whoever is stopped while a service is asked how far back it remembers listens no longer', async () => {
  const { store, server } = await lastHeard(Date.now() * 1000 - 30 * hourUs, 'ana');
  const keeper = new FeedKeeper(store, () => {});
  await keeper.look();
  // It sends no like, and would be waited for.
  await until(async () => server.memoryAsked > 0);
  const began = performance.now();
  await keeper.stop();
  expect(performance.now() - began).toBeLessThan(5_000);
  expect(server.cursors).toEqual([]);
}, 90_000);
