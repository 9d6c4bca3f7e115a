import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { folderWith } from '../testing/folder.ts';
import { contextOf, driftingContext, itemsAt, tally } from '../testing/read-all.ts';
import { posts } from './index.ts';

const fixtures = join(import.meta.dirname, 'fixtures');
const mapping = { id: 'TweetId', time: 'created', text: 'body' };

describe('posts as JSON lines', () => {
  it('says of each line what became of it', async () => {
    const { context, drift } = driftingContext();
    const items = await itemsAt(posts, join(fixtures, 'diary.jsonl'), context);
    expect(tally(items)).toEqual({
      record: 4,
      'excluded repost': 1,
      'excluded empty': 1,
      'quarantined no-time': 1,
      'quarantined no-text': 1,
      'quarantined future-time': 1,
      'quarantined not-json': 2,
    });
    expect(drift).toEqual([{ kind: 'unknown-field', name: 'mood' }]);
  });

  it('keeps texts, ids, times and days as they were written', async () => {
    const items = await itemsAt(posts, join(fixtures, 'diary.jsonl'));
    const records = items.flatMap((item) => (item.is === 'record' && item.record.type === 'post' ? [item.record] : []));
    expect(records.map((post) => post.id)).toEqual(['p1', 'p2', '1234567890123456789', 'p9']);
    expect(records[0]?.text).toBe('Slept badly again, but the walk to work helped 🙂');
    expect(records[0]?.time).toEqual({ utc: '2024-03-05T08:12:00.000Z', offset: 60, zone: 'stated', day: '2024-03-05' });
    expect(records[1]).toMatchObject({ kind: 'reply', conversation: 'p0', audience: 'followers' });
    expect(records[2]?.time).toEqual({ utc: '2024-03-06T08:00:00.000Z', offset: null, zone: 'unknown', day: '2024-03-06' });
    expect(records[3]?.time.utc).toBe('2024-03-06T08:00:00.123Z');
  });

  it('reads dotted fields, and the account of a row', async () => {
    const rows = [
      { a: { id: 1 }, at: '2024-01-01T23:30:00', body: { text: 'mine' }, who: 'me' },
      { a: { id: 2 }, at: '2024-01-01T23:30:00', body: { text: 'theirs' }, who: 'them' },
    ];
    const folder = await folderWith({ 'x.jsonl': rows.map((row) => JSON.stringify(row)).join('\n') });
    const dotted = { id: 'a.id', time: 'at', text: 'body.text', account: 'who' };
    const items = await itemsAt(posts, folder, contextOf({ mapping: dotted, account: 'me', zone: 'Asia/Tokyo' }));
    expect(tally(items)).toEqual({ record: 1, 'excluded other-person': 1 });
    expect(items[0]).toMatchObject({ day: '2024-01-01', record: { time: { utc: '2024-01-01T14:30:00.000Z', zone: 'declared' } } });
  });

  it('reads gzip and UTF-16, and Latin-1 where it is declared', async () => {
    const line = JSON.stringify({ id: 'a', time: '2024-01-01T00:00:00Z', text: 'Grüße, naïve café' });
    const folder = await folderWith({
      'a.jsonl.gz': gzipSync(line),
      'b.jsonl': Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(line, 'utf16le')]),
      'c.jsonl': Buffer.from(line, 'utf16le').swap16(),
      'd.jsonl': Buffer.from(line, 'latin1'),
    });
    expect(tally(await itemsAt(posts, folder))).toEqual({ record: 3, 'quarantined bad-encoding': 1 });
    const declared = await itemsAt(posts, folder, contextOf({ mapping: { encoding: 'latin-1' } }));
    const texts = declared.map((item) => (item.is === 'record' && item.record.type === 'post' ? item.record.text : null));
    expect(texts).toEqual(Array(4).fill('Grüße, naïve café'));
  });

  it('refuses a mapping of names that are not ours', async () => {
    const path = join(fixtures, 'diary.jsonl');
    await expect(itemsAt(posts, path, contextOf({ mapping: { txt: 'body' } }))).rejects.toMatchObject({ code: 'bad-mapping' });
  });
});

describe('posts as CSV', () => {
  it('says of each row what became of it', async () => {
    const { context, drift } = driftingContext({ mapping, zone: 'Europe/Berlin' });
    const items = await itemsAt(posts, join(fixtures, 'mapped.csv'), context);
    expect(tally(items)).toEqual({ record: 2, 'quarantined not-csv': 3, 'quarantined no-id': 1 });
    expect(items[0]).toMatchObject({ record: { id: 't1', text: 'two\r\nlines; and "quotes"', time: { utc: '2024-01-05T09:00:00.000Z' } } });
    expect(items[1]).toMatchObject({ record: { time: { utc: '2024-07-05T08:00:00.000Z', offset: 120, zone: 'declared' } } });
    expect(drift).toEqual([{ kind: 'unknown-field', name: 'likes' }]);
  });

  it('names the columns that it misses', async () => {
    const folder = await folderWith({ 'a.csv': 'id,text\n1,hello\n' });
    const { context, drift } = driftingContext();
    expect(tally(await itemsAt(posts, folder, context))).toEqual({ 'quarantined no-time': 1 });
    expect(drift).toEqual([{ kind: 'missing-field', name: 'time' }]);
  });

  it('takes rows that end with a carriage return alone', async () => {
    const folder = await folderWith({ 'mac.csv': 'id,time,text\r1,2024-01-01,one\r2,2024-01-02,two\r' });
    expect(tally(await itemsAt(posts, folder))).toEqual({ record: 2 });
  });
});
