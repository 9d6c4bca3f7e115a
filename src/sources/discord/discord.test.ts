import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { folderWith } from '../testing/folder.ts';
import { contextOf, driftingContext, itemsAt, readAll, tally } from '../testing/read-all.ts';
import { writeZip } from '../testing/write-zip.ts';
import { discord } from './index.ts';

const fixture = join(import.meta.dirname, 'fixtures', 'package');
const table = 'messages/c222222222222222222/messages.csv';
const list = 'messages/c111111111111111111/messages.json';
const postsAt = async (path: string, context = contextOf()) =>
  (await itemsAt(discord, path, context)).flatMap((item) => (item.is === 'record' && item.record.type === 'post' ? [item.record] : []));

describe('a package of Discord', () => {
  it('says of each message what became of it, in either form', async () => {
    const { context, drift } = driftingContext({ account: '@Quiet_One' });
    const parts = await readAll(discord, fixture, context);
    expect(Object.fromEntries(parts.filter((part) => part.role !== null).map((part) => [part.name, tally(part.items)]))).toEqual({
      [list]: { record: 1, 'excluded empty': 1, 'quarantined no-time': 1, 'quarantined no-text': 1 },
      [table]: { record: 1, 'excluded empty': 1, 'quarantined future-time': 1, 'quarantined no-id': 1, 'quarantined not-csv': 1 },
    });
    expect(drift).toEqual([{ kind: 'unknown-field', name: 'Mood' }]);
    expect(tally(parts.filter((part) => part.role === null).flatMap((part) => part.items))).toEqual({ 'excluded file-not-used': 5 });
  });

  it('is one package in another language as well: it must not lose whose it is', async () => {
    const channel = '111111111111111111';
    const folder = await folderWith({
      'Konto/user.json': '{"id":"4242","username":"quiet"}',
      [`Nachrichten/c${channel}/messages.json`]:
        '[{"ID":1215000000000000001,"Timestamp":"2024-03-05 23:30:00","Contents":"hi","Attachments":""}]',
    });
    expect(await postsAt(folder, contextOf({ account: 'quiet' }))).toMatchObject([{ text: 'hi', conversation: channel }]);
    expect(tally(await itemsAt(discord, folder, contextOf({ account: 'other' })))['quarantined wrong-participant']).toBe(1);
  });

  it('keeps ids whole, the channel, and who could read it', async () => {
    expect(await postsAt(fixture, contextOf({ zone: 'Europe/Berlin' }))).toMatchObject([
      {
        id: '1215000000000000001',
        text: 'only between us',
        time: { utc: '2024-03-05T23:30:00.000Z', offset: 60, zone: 'declared', day: '2024-03-06' },
        audience: 'direct',
        conversation: '111111111111111111',
      },
      {
        id: '1215000000000000007',
        text: 'Rain "and" tea 🙂,\nsecond line',
        time: { utc: '2024-03-07T08:00:00.123Z', day: '2024-03-07' },
        audience: 'unknown',
        conversation: '222222222222222222',
      },
    ]);
  });

  it('hands over the names of people that it lists, for masking', async () => {
    const names: string[] = [];
    await readAll(discord, fixture, contextOf({ names: (found) => names.push(...found) }));
    expect([...new Set(names)].sort()).toEqual(['Lea Kaya', 'Leni', 'Sam Doe', 'lea_k', 'old_friend']);
  });

  it('of another account is not kept; without one it is its owner’s', async () => {
    const items = await itemsAt(discord, fixture, contextOf({ account: 'somebody' }));
    expect(tally(items)).toEqual({ 'excluded file-not-used': 5, 'quarantined wrong-participant': 9 });
    for (const account of [null, '333333333333333333', 'Quiet One'])
      expect((await postsAt(fixture, contextOf({ account }))).length).toBe(2);
  });

  it('is read from a zip, and a channel’s folder alone', async () => {
    const [csv, json] = [readFileSync(join(fixture, table)), readFileSync(join(fixture, list))];
    const folder = await folderWith({
      'package.zip': writeZip([{ name: `Nachrichten/c222222222222222222/messages.csv`, content: csv }]),
      'alone/messages.json': json,
    });
    const posts = await postsAt(folder);
    expect(posts.map(({ id, conversation, audience }) => [id, conversation, audience])).toEqual([
      ['1215000000000000001', null, 'unknown'],
      ['1215000000000000007', '222222222222222222', 'unknown'],
    ]);
  });

  it('gives the same posts from both forms of the same messages', async () => {
    const row = { ID: '1215000000000000001', Timestamp: '2024-03-05 23:30:00', Contents: 'only between us', Attachments: '' };
    const folder = await folderWith({
      'a/messages.json': JSON.stringify([row]),
      'b/messages.csv': `${Object.keys(row).join(',')}\n${Object.values(row).join(',')}\n`,
    });
    const [one, other] = await postsAt(folder);
    expect(one).toEqual(other);
  });
});
