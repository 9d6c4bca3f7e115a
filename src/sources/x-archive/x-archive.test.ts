import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { folderWith } from '../testing/folder.ts';
import { contextOf, driftingContext, itemsAt, readAll, tally } from '../testing/read-all.ts';
import { writeZip } from '../testing/write-zip.ts';
import { xArchive } from './index.ts';

const archive = join(import.meta.dirname, 'fixtures', 'archive');

describe('an archive of X', () => {
  it('says of each entry what became of it', async () => {
    const { context, drift } = driftingContext({ account: '@Quiet_One' });
    const parts = await readAll(xArchive, archive, context);
    expect(Object.fromEntries(parts.map((part) => [part.name, tally(part.items)]))).toEqual({
      'Your archive.html': { 'excluded file-not-used': 1 },
      'data/account.js': { 'excluded file-not-used': 1 },
      'data/deleted-tweets.js': { deletion: 2, 'quarantined no-id': 1 },
      'data/direct-messages.js': { 'excluded direct-message': 3 },
      'data/follower.js': { 'excluded file-not-used': 1 },
      'data/manifest.js': { 'excluded file-not-used': 1 },
      'data/note-tweet.js': { record: 1 },
      'data/tweets-part1.js': { record: 2 },
      'data/tweets.js': {
        record: 3,
        'excluded repost': 1,
        'quarantined no-time': 1,
        'quarantined no-text': 1,
        'quarantined not-json': 3,
        'quarantined no-id': 1,
      },
    });
    expect(drift).toEqual([{ kind: 'unknown-field', name: 'mood' }]);
  });

  it('takes back what was deleted, at the time that is stated or else when the archive was made, without its words', async () => {
    const items = await itemsAt(xArchive, archive, contextOf());
    const deletions = items.filter((item) => item.is === 'deletion');
    expect(deletions.map(({ recordId, at, day }) => [recordId, at, day])).toEqual([
      ['1570000000000000009', '2022-10-13T07:00:00.000Z', '2022-10-13'],
      ['1570000000000000010', '2023-02-01T10:00:00.000Z', '2023-02-01'],
    ]);
    expect(JSON.stringify(deletions)).not.toContain('said too much');
  });

  it('keeps texts decoded once, ids as text, and what a post answers', async () => {
    const items = await itemsAt(xArchive, archive, contextOf({ zone: 'Europe/Berlin' }));
    const posts = items.flatMap((item) => (item.is === 'record' && item.record.type === 'post' ? [item.record] : []));
    expect(posts.map((post) => [post.id, post.kind, post.conversation])).toEqual([
      ['note 900', 'own', null],
      ['400', 'own', null],
      ['401', 'own', null],
      ['1580000000000000001', 'own', null],
      ['1580000000000000002', 'reply', '1579999999999999999'],
      ['1580000000000000004', 'quote', null],
    ]);
    expect(posts[3]).toMatchObject({
      text: 'Rain & tea, 3 < 4 &lt; 5 🙂 "[quoted, ] {bracket}"',
      time: { utc: '2022-10-12T22:19:24.000Z', offset: 120, zone: 'declared', day: '2022-10-13' },
      audience: 'public',
      lang: 'en',
      version: null,
    });
    expect(posts[4]?.lang).toBeNull();
    const exported = items.flatMap((item) => (item.is === 'record' ? [item.exported] : []));
    expect(new Set(exported)).toEqual(new Set(['2023-02-01T10:00:00.000Z']));
  });

  it('keeps no unit of an archive of another account', async () => {
    expect(tally(await itemsAt(xArchive, archive, contextOf({ account: '77' })))).toEqual({
      'excluded file-not-used': 4,
      'quarantined wrong-participant': 19,
    });
  });

  it('reads a zip, and a bare array with the author in each post', async () => {
    const files = ['account.js', 'tweets.js'].map((name) => ({ name: `data/${name}`, content: readFileSync(join(archive, 'data', name)) }));
    const tweet = { id_str: '1', created_at: 'Wed Oct 12 22:19:24 +0000 2022', full_text: 'mine' };
    const mine = { ...tweet, user: { id_str: '4242', screen_name: 'quiet_one' } };
    const theirs = { ...tweet, id_str: '2', user: { id_str: '99', screen_name: 'other' } };
    const folder = await folderWith({ 'a.zip': writeZip(files), 'b/tweets.json': JSON.stringify([mine, theirs]) });
    const parts = await readAll(xArchive, folder, contextOf({ account: '4242' }));
    expect(parts.map((part) => [part.role, tally(part.items).record])).toEqual([
      [null, undefined],
      ['tweets', 3],
      ['tweets', 1],
    ]);
    expect(tally(parts[2]?.items ?? [])).toEqual({ record: 1, 'excluded other-person': 1 });
  });

  it('gives up on a file that is no array, and notices one that is cut off', async () => {
    const whole = readFileSync(join(archive, 'data', 'tweets-part1.js'), 'utf8');
    const folder = await folderWith({
      'tweets.js': whole.slice(0, -5),
      'tweets-part1.js': '{"tweets": [{"a": 1}, {"b": 2}]}',
      'tweets-part2.js': 'nothing at all',
      'tweets-part3.js': `${whole} and more`,
      'tweet.js': 'window.YTD.tweet.part0 = []',
    });
    const parts = await readAll(xArchive, folder);
    expect(Object.fromEntries(parts.map((part) => [part.name, tally(part.items)]))).toEqual({
      'tweet.js': {},
      'tweets.js': { record: 1, 'quarantined part-unreadable': 1 },
      'tweets-part1.js': { 'quarantined not-this-kind': 3 },
      'tweets-part2.js': { 'quarantined not-this-kind': 1 },
      'tweets-part3.js': { record: 2, 'quarantined wrong-shape': 1 },
    });
  });

  it('reads archives of 2012 to 2018: a file a month, or else the table of the same posts', async () => {
    const tweet = { id_str: '10', id: 10, text: 'Rain &amp; tea', created_at: '2015-01-24 02:02:37 +0000', user: { id_str: '4242' } };
    const month = `Grailbird.data.tweets_2015_01 =\n${JSON.stringify([{ ...tweet, in_reply_to_status_id_str: '9' }])}`;
    const header = 'tweet_id,in_reply_to_status_id,in_reply_to_user_id,timestamp,source,text,retweeted_status_id';
    const table = `"${header.replaceAll(',', '","')}"\n"10","9","","2015-01-24 02:02:37 +0000","","Rain &amp; tea",""\n"11","","","2015-01-25 02:02:37 +0000","","RT: theirs","7"\n`;
    const facts = {
      'data/js/user_details.js': 'var user_details =  { "screen_name" : "quiet_one", "id" : "4242" }',
      'data/js/payload_details.js': 'var payload_details = { "tweets" : 2, "created_at" : "2018-02-01 10:00:00 +0000" }',
      'tweets.csv': table,
    };
    const months = await folderWith({ ...facts, 'data/js/tweets/2015_01.js': month });
    const alone = await folderWith(facts);
    const [fromMonths, fromTable] = [await itemsAt(xArchive, months), await itemsAt(xArchive, alone)];
    expect(tally(fromMonths)).toEqual({ record: 1, 'excluded file-not-used': 3 });
    expect(tally(fromTable)).toEqual({ record: 1, 'excluded repost': 1, 'excluded file-not-used': 2 });
    const posts = [...fromMonths, ...fromTable].flatMap((item) =>
      item.is === 'record' ? [{ ...item.record, exported: item.exported }] : [],
    );
    expect(posts[0]).toEqual(posts[1]);
    expect(posts[0]).toMatchObject({
      id: '10',
      text: 'Rain & tea',
      kind: 'reply',
      conversation: '9',
      version: null,
      exported: '2018-02-01T10:00:00.000Z',
      time: { utc: '2015-01-24T02:02:37.000Z' },
    });
    expect(tally(await itemsAt(xArchive, months, contextOf({ account: 'someone' })))['quarantined wrong-participant']).toBe(1);
  });

  it('says of a row of the table that cannot be read which post it is of, so that a later deletion finds it', async () => {
    const header = '"tweet_id","timestamp","text"';
    const folder = await folderWith({
      'tweets.csv': `${header}\n"1570000000000000009","some time","torn"\n"","2015-01-25 02:02:37 +0000","torn"\n`,
    });
    const items = await itemsAt(xArchive, folder);
    const of = items.flatMap((item) => (item.is === 'quarantined' ? [[item.reason, item.of?.recordId]] : []));
    expect(of).toEqual([
      ['no-time', '1570000000000000009'],
      ['no-id', undefined],
    ]);
  });

  it('reads what was written in communities', async () => {
    const tweet = { id_str: '1', created_at: 'Wed Oct 12 22:19:24 +0000 2022', full_text: 'to a community' };
    const folder = await folderWith({ 'data/community-tweet.js': `window.YTD.community_tweet.part0 = [${JSON.stringify({ tweet })}]` });
    expect(tally(await itemsAt(xArchive, folder))).toEqual({ record: 1 });
  });
});
