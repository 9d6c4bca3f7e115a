import { join } from 'node:path';
import { constants, zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { folderWith } from '../testing/folder.ts';
import { contextOf, driftingContext, itemsAt, readAll, tally } from '../testing/read-all.ts';
import { reddit } from './index.ts';

const fixtures = join(import.meta.dirname, 'fixtures');
const postsAt = async (path: string, context = contextOf()) =>
  (await itemsAt(reddit, path, context)).flatMap((item) => (item.is === 'record' && item.record.type === 'post' ? [item.record] : []));

describe('own data of Reddit', () => {
  it('says of each row what became of it', async () => {
    const { context, drift } = driftingContext({ account: 'u/Quiet_One' });
    const parts = await readAll(reddit, join(fixtures, 'export'), context);
    expect(Object.fromEntries(parts.map((part) => [part.name, tally(part.items)]))).toEqual({
      'comments.csv': { record: 1, 'excluded empty': 1, 'quarantined not-csv': 1 },
      'messages.csv': { 'excluded direct-message': 2 },
      'post_headers.csv': { 'excluded file-not-used': 1 },
      'posts.csv': { record: 2, 'quarantined no-time': 1, 'quarantined no-id': 1 },
      'statistics.csv': { 'excluded file-not-used': 1 },
    });
    expect(drift).toEqual([{ kind: 'unknown-field', name: 'mood' }]);
  });

  it('keeps title and body, the thread, and the time of the export beside it', async () => {
    const posts = await postsAt(join(fixtures, 'export'), contextOf({ zone: 'Europe/Berlin' }));
    expect(posts.map(({ id, kind, conversation, text }) => [id, kind, conversation, text])).toEqual([
      ['t1_c1', 'reply', 't3_xyz', '> quoted\n\nagreed'],
      ['t3_abc1', 'own', 't3_abc1', 'Rain & tea\n\nIt rains, and "all" is well.\n\nSecond paragraph 🙂'],
      ['t3_abc2', 'own', 't3_abc2', 'Look at this'],
    ]);
    expect(posts[1]).toMatchObject({
      time: { utc: '2024-03-05T23:30:00.000Z', offset: 60, zone: 'declared', day: '2024-03-06' },
      audience: 'public',
      version: null,
    });
  });

  it('of another account is not kept', async () => {
    const items = await itemsAt(reddit, join(fixtures, 'export'), contextOf({ account: 'somebody' }));
    expect(tally(items)).toEqual({ 'excluded file-not-used': 2, 'quarantined wrong-participant': 9 });
  });
});

describe('a dump of Reddit', () => {
  it('gives the words of the declared author alone', async () => {
    const parts = await readAll(reddit, join(fixtures, 'dump'), contextOf({ account: 'quiet_one' }));
    expect(Object.fromEntries(parts.map((part) => [part.name, tally(part.items)]))).toEqual({
      'listing.json': { record: 2 },
      'tea.ndjson': {
        record: 3,
        'excluded other-person': 2,
        'excluded empty': 1,
        'quarantined no-time': 1,
        'quarantined not-json': 1,
      },
    });
  });

  it('says the same of a post as the export does', async () => {
    const own = new Map((await postsAt(join(fixtures, 'export'))).map((post) => [post.id, post]));
    const dumped = await postsAt(join(fixtures, 'dump', 'tea.ndjson'), contextOf({ account: 'quiet_one' }));
    for (const id of ['t3_abc1', 't1_c1']) {
      const post = dumped.find((candidate) => candidate.id === id);
      expect({ ...post, version: null }).toEqual({ ...own.get(id), version: null });
    }
    expect(dumped.map((post) => post.kind)).toEqual(['own', 'reply', 'quote']);
    expect(dumped[1]?.version).toBe('2024-03-07T08:26:40.000Z');
  });

  it('of several authors needs one declared, of one author none', async () => {
    const items = await itemsAt(reddit, join(fixtures, 'dump', 'tea.ndjson'));
    expect(tally(items)).toEqual({ 'quarantined no-account': 7, 'quarantined not-json': 1 });
    expect(tally(await itemsAt(reddit, join(fixtures, 'dump', 'listing.json')))).toEqual({ record: 2 });
  });

  it('may be packed with zstd; one that is cut off gives what came before, and says so', async () => {
    const line = (id: number) => JSON.stringify({ id: `a${id}`, author: 'quiet_one', created_utc: 1_709_600_000 + id, body: `tea ${id}` });
    const text = Array.from({ length: 50_000 }, (_, id) => `${line(id)}\n`).join('');
    const packed = zstdCompressSync(text, { params: { [constants.ZSTD_c_windowLog]: 31 } });
    const path = await folderWith({ 'RC_2024-03.zst': packed, 'cut.ndjson.zst': packed.subarray(0, -9), 'none.ndjson.zst': '' });
    const [dump, cut, none] = await readAll(reddit, path, contextOf({ account: 'quiet_one' }), 10_000);
    expect([dump?.name, dump?.role, tally(dump?.items ?? [])]).toEqual(['RC_2024-03', 'lines', { record: 50_000 }]);
    expect(tally(cut?.items ?? [])).toMatchObject({ record: expect.any(Number), 'quarantined part-unreadable': 1 });
    expect(tally(none?.items ?? [])).toEqual({ 'quarantined file-empty': 1 });
  });

  it('is not what other JSON is', async () => {
    expect(tally(await itemsAt(reddit, await folderWith({ 'a.json': '{"b": 1}' })))).toEqual({ 'excluded file-not-used': 1 });
  });
});
