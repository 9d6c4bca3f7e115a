import { describe, expect, onTestFinished, test } from 'vitest';
import { type PollSettings as Poll, PollSettings, pushMedia } from '../../schema/streams.ts';
import { databaseNames, storeHome } from '../../test/support/store-home.ts';
import { until } from '../../test/support/until.ts';
import { commitFrames, endFeed, noteFeed, putFeed, saveFeedSettings } from '../store/feeds.ts';
import type { Store } from '../store/open.ts';
import { type Feed, openFeeds, runningFeeds } from '../store/open-feeds.ts';
import { FeedKeeper } from './feed-keeper.ts';
import { pushedTo, study } from './testing/pushed-study.ts';

const settings = (accessToken: string, url = 'https://api.example/v1'): Poll => PollSettings.parse({ url, accessToken });

async function only(store: Store): Promise<Feed> {
  const [feed] = await openFeeds(store, await feedIds(store), Date.now());
  return feed as Feed;
}

async function feedIds(store: Store): Promise<string[]> {
  return (await runningFeeds(store, Date.now())).map(({ id }) => id);
}

const page = (feed: Feed) => ({ feed, media: pushMedia.ndjson, body: Buffer.from('{}\n'), cursor: '{"through":null,"pass":null}' });

describe.each(databaseNames)('new settings of a feed on %s', (database) => {
  test('hold, whatever a reader with the old ones does, and keep the place', async () => {
    const store = await (await storeHome(database)).open();
    const { source } = await pushedTo(store, 'records');
    await putFeed(store, study, source, { form: 'poll', settings: settings('old') });
    await commitFrames(store, [page(await only(store))], 0);
    const before = await only(store);
    await putFeed(store, study, source, { form: 'poll', settings: settings('new') });
    await expect(saveFeedSettings(store, before)).rejects.toMatchObject({ code: 'stale-writer' });
    await expect(commitFrames(store, [page(before)], 0)).rejects.toMatchObject({ code: 'stale-writer' });
    const after = await only(store);
    expect([after.settings, after.cursor]).toEqual([settings('new'), before.cursor]);
  });

  test('begin anew where they are another address or form', async () => {
    const store = await (await storeHome(database)).open();
    const { source } = await pushedTo(store, 'records');
    await putFeed(store, study, source, { form: 'poll', settings: settings('a') });
    await commitFrames(store, [page(await only(store))], 0);
    await putFeed(store, study, source, { form: 'poll', settings: settings('a', 'https://other.example/v1') });
    expect((await only(store)).cursor).toBeNull();
    await commitFrames(store, [page(await only(store))], 0);
    await putFeed(store, study, source, { form: 'mastodon', settings: { url: 'https://other.example/v1', accessToken: 'a' } });
    expect((await only(store)).cursor).toBeNull();
  });

  test('are gone when the feed is ended, and nothing brings them back', async () => {
    const store = await (await storeHome(database)).open();
    const { source } = await pushedTo(store, 'records');
    await putFeed(store, study, source, { form: 'poll', settings: settings('secret') });
    await commitFrames(store, [page(await only(store))], 0);
    const reader = await only(store);
    await endFeed(store, study, source);
    await expect(saveFeedSettings(store, reader)).rejects.toMatchObject({ code: 'stale-writer' });
    await expect(commitFrames(store, [page(reader)], 0)).rejects.toMatchObject({ code: 'stale-writer' });
    const row = await store.db.selectFrom('feed').select(['settings', 'cursor', 'state']).executeTakeFirstOrThrow();
    expect([row.settings.length, row.cursor, row.state]).toEqual([0, null, 'off']);
    await putFeed(store, study, source, { form: 'poll', settings: settings('secret') });
    expect((await only(store)).cursor).toBeNull();
  });

  test('are opened when they change, not at each look', async () => {
    const store = await (await storeHome(database)).open();
    const { source } = await pushedTo(store, 'records');
    await putFeed(store, study, source, { form: 'poll', settings: settings('a', 'http://127.0.0.1:9/v1') });
    let opened = 0;
    const keys = new Proxy(store.keys, {
      get(target, name) {
        if (name === 'key') opened++;
        const value = Reflect.get(target, name, target) as unknown;
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    // Its reader waits until then, and opens nothing meanwhile.
    await noteFeed(store, await feedIds(store), { notBefore: '2099-01-01T00:00:00.000Z' });
    const keeper = new FeedKeeper({ ...store, keys }, () => {});
    onTestFinished(() => keeper.stop());
    await keeper.look();
    await until(async () => opened >= 2);
    const before = opened;
    for (let i = 0; i < 5; i++) await keeper.look();
    expect(opened).toBe(before);
    await putFeed(store, study, source, { form: 'poll', settings: settings('b', 'http://127.0.0.1:9/v1') });
    await keeper.look();
    expect(opened).toBeGreaterThan(before);
  });
});
