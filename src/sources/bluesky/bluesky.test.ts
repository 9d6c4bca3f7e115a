import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CarBlockIterator } from '@ipld/car';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Part } from '../../../schema/source.ts';
import { cutAt } from '../testing/fake-part.ts';
import { folderWith } from '../testing/folder.ts';
import { contextOf, driftingContext, itemsAt, readAll, tally } from '../testing/read-all.ts';
import { bluesky } from './index.ts';
import { revisionTime } from './revision.ts';

const fixtures = join(import.meta.dirname, 'fixtures');
const car = readFileSync(join(fixtures, 'repo.car'));
const did = 'did:plc:quietone2222222222222222';
const postsAt = async (path: string, context = contextOf()) =>
  (await itemsAt(bluesky, path, context)).flatMap((item) => (item.is === 'record' && item.record.type === 'post' ? [item.record] : []));

describe('records in other forms of JSON', () => {
  const value = { $type: 'app.bsky.feed.post', text: 'Rain', createdAt: '2024-03-06T10:00:00.000Z' };
  const entry = { uri: `at://${did}/app.bsky.feed.post/3k1`, cid: 'b', value };

  it('reads several pages in one array, lists by collection, and a record to a file', async () => {
    for (const [name, document] of [
      [
        'pages.json',
        [
          { records: [entry], cursor: 'x' },
          { records: [], cursor: null },
        ],
      ],
      ['all.json', { 'app.bsky.feed.post': [entry], 'app.bsky.feed.like': [] }],
      ['one.json', entry],
      [`${did}/app.bsky.feed.post/3k1.json`, value],
    ] as const) {
      const posts = await postsAt(await folderWith({ [name]: JSON.stringify(document) }), contextOf({ account: did }));
      expect(posts.map(({ id, text }) => [id, text])).toEqual([[entry.uri, 'Rain']]);
    }
  });

  it('leaves other answers of the network alone', async () => {
    const folder = await folderWith({
      'thread.json': JSON.stringify({ thread: { $type: 'app.bsky.feed.defs#threadViewPost', post: entry } }),
    });
    expect(tally(await itemsAt(bluesky, folder))).toEqual({ 'excluded file-not-used': 1 });
  });
});

describe('a repository of Bluesky', () => {
  it('says of each block what became of it', async () => {
    const { context, drift } = driftingContext();
    expect(tally(await itemsAt(bluesky, join(fixtures, 'repo.car'), context))).toEqual({
      record: 3,
      'excluded repost': 1,
      'excluded empty': 1,
      'excluded identity': 1,
      // The commit, the node of the tree, and a like.
      'excluded not-collected': 3,
      'quarantined no-time': 1,
      'quarantined wrong-shape': 1,
    });
    expect(drift).toEqual([{ kind: 'unknown-field', name: 'mood' }]);
  });

  it('names posts by the tree, wherever its nodes stand', async () => {
    const posts = await postsAt(join(fixtures, 'repo.car'), contextOf({ zone: 'Europe/Berlin', account: did }));
    expect(posts.map(({ id, kind, lang, time }) => [id.split('/').at(-1), kind, lang, time.day, time.zone])).toEqual([
      ['3kaaaaaaaaa2b', 'own', 'en', '2024-03-06', 'declared'],
      ['3kaaaaaaaaa2c', 'reply', null, '2024-03-06', 'declared'],
      ['3kaaaaaaaaa2d', 'quote', 'en', '2024-03-06', 'stated'],
    ]);
    expect(posts[0]).toMatchObject({
      id: `at://${did}/app.bsky.feed.post/3kaaaaaaaaa2b`,
      text: 'Rain & tea 🙂\nsecond line',
      audience: 'public',
      version: null,
    });
    const items = await itemsAt(bluesky, join(fixtures, 'repo.car'), contextOf({ account: did }));
    expect(items.flatMap((item) => (item.is === 'record' ? [item.exported] : []))[0]).toBe(revisionTime('3kbbbbbbbbb2a'));
    expect(posts[1]?.conversation).toBe('at://did:plc:other22222222222222222222/app.bsky.feed.post/3kother22222aa');
  });

  it('has as many units as the format has blocks', async () => {
    let blocks = 0;
    for await (const _ of await CarBlockIterator.fromBytes(car)) blocks++;
    expect((await readAll(bluesky, join(fixtures, 'repo.car')))[0]?.counted).toBe(blocks);
  });

  it('keeps no unit of another account, and gives up on what is none', async () => {
    expect(tally(await itemsAt(bluesky, join(fixtures, 'repo.car'), contextOf({ account: 'did:plc:somebody' })))).toEqual({
      'quarantined wrong-participant': 11,
    });
    const folder = await folderWith({ 'a.car': car.subarray(0, 700), 'b.car': Buffer.from('\x04\xa1\x61\x61\x01\x01x', 'latin1') });
    const [cut, other] = await readAll(bluesky, folder);
    expect(tally(cut?.items ?? [])['quarantined part-unreadable']).toBe(1);
    expect(tally(other?.items ?? [])).toEqual({ 'quarantined not-this-kind': 1 });
  });

  it('is counted alike in any pieces', () => {
    const counted = (chunks: Buffer[]): number => {
      const counter = bluesky.counter({ role: 'repository' } as Part);
      for (const chunk of chunks) counter.push(chunk);
      counter.end();
      return counter.takeUntil(Number.POSITIVE_INFINITY);
    };
    fc.assert(
      fc.property(fc.array(fc.nat(), { maxLength: 30 }), (cuts) => {
        expect(counted(cutAt(car, cuts))).toBe(11);
      }),
    );
  });
});

describe('records of Bluesky in JSON', () => {
  it('are those of the one account that they are of', async () => {
    const parts = await readAll(bluesky, fixtures);
    expect(Object.fromEntries(parts.map((part) => [part.name, tally(part.items)]))).toMatchObject({
      'records.json': { record: 2, 'excluded not-collected': 1, 'excluded other-person': 1 },
      'events.jsonl': { record: 1, 'excluded repost': 1, 'excluded not-collected': 2, 'quarantined not-json': 1 },
      'feed.json': { record: 1, 'excluded repost': 1 },
    });
  });

  it('have the same ids as in the repository', async () => {
    const [first] = await postsAt(join(fixtures, 'repo.car'));
    const listed = await postsAt(join(fixtures, 'records.json'));
    expect(listed[0]).toMatchObject({ id: first?.id, text: first?.text, time: first?.time });
  });

  it('of several accounts need one declared', async () => {
    const line = (who: string) =>
      JSON.stringify({
        did: who,
        kind: 'commit',
        commit: {
          operation: 'create',
          collection: 'app.bsky.feed.post',
          rkey: who.slice(-1),
          record: { text: who, createdAt: '2024-01-01T00:00:00Z' },
        },
      });
    const folder = await folderWith({ 'all.jsonl': `${line('did:plc:a')}\n${line('did:plc:b')}\n` });
    const items = await itemsAt(bluesky, folder);
    expect(tally(items)).toEqual({ 'quarantined no-account': 2 });
    expect(items.every((item) => item.is === 'quarantined' && item.raw.length === 0)).toBe(true);
    expect(tally(await itemsAt(bluesky, folder, contextOf({ account: 'did:plc:b' })))).toEqual({ record: 1, 'excluded other-person': 1 });
  });
});

it('knows the time in a revision', () => {
  const made = revisionTime('3mptbypluud2a');
  expect(made).toBe('2026-07-04T14:38:07.514Z');
  // A relay passed this commit on at that time.
  expect(Date.parse('2026-07-04T14:38:08.085Z') - Date.parse(String(made))).toBeLessThan(1000);
  expect([revisionTime('self'), revisionTime(''), revisionTime('3mptbypluud2')]).toEqual([null, null, null]);
});
