import { describe, expect, test } from 'vitest';
import { type PollSettings as Poll, PollSettings, pushMedia } from '../../schema/streams.ts';
import { databaseNames, storeHome } from '../../test/support/store-home.ts';
import { commitFrames, type Feed, putFeed, runningFeeds, saveFeedSettings } from '../store/feeds.ts';
import type { Store } from '../store/open.ts';
import { pushedTo, study } from './testing/pushed-study.ts';

const settings = (accessToken: string, url = 'https://api.example/v1'): Poll => PollSettings.parse({ url, accessToken });

async function only(store: Store): Promise<Feed> {
  const [feed] = await runningFeeds(store, Date.now());
  return feed as Feed;
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
});
