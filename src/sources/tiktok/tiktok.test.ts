import { join } from 'node:path';
import { expect, it } from 'vitest';
import { folderWith } from '../testing/folder.ts';
import { itemsAt, readAll, tally } from '../testing/read-all.ts';
import { tiktok } from './index.ts';

const fixtures = join(import.meta.dirname, 'fixtures');

async function postsOf(folder: string): Promise<(string | null)[][]> {
  const items = await itemsAt(tiktok, join(fixtures, folder));
  const posts = items.flatMap((item) => (item.is === 'record' && item.record.type === 'post' ? [item.record] : []));
  return posts.map(({ kind, text, time, audience }) => [kind, text, time.utc, audience]);
}

it('says of each entry what became of it, in every generation', async () => {
  const parts = await readAll(tiktok, fixtures);
  expect(parts.map((part) => [part.name, tally(part.items)])).toEqual([
    [
      'user_data.json',
      {
        record: 2,
        'excluded empty': 2,
        'excluded direct-message': 1,
        'excluded not-collected': 3,
        'quarantined no-time': 1,
        'quarantined future-time': 1,
      },
    ],
    ['user_data_tiktok.json', { record: 3, 'excluded not-collected': 2, 'excluded direct-message': 1 }],
    ['user_data.json', { 'excluded empty': 1 }],
    ['Comments.txt', { record: 2, 'quarantined no-time': 1 }],
    ['Posts.txt', { record: 1, 'excluded empty': 1 }],
    ['Settings.txt', { 'excluded file-not-used': 1 }],
  ]);
});

it('reads comments, titles and comments on live videos', async () => {
  expect(await postsOf('of-2023')).toEqual([
    ['reply', 'so true 😭', '2023-05-01T10:00:00.000Z', 'unknown'],
    ['own', 'First day back', '2023-05-02T10:00:00.000Z', 'unknown'],
  ]);
  expect(await postsOf('of-2025')).toEqual([
    ['reply', 'same', '2025-05-01T10:00:00.000Z', 'unknown'],
    ['own', 'Again', '2025-05-02T10:00:00.000Z', 'public'],
    ['reply', 'hello from here', '2025-05-01T09:05:00.000Z', 'unknown'],
  ]);
});

it('reads the text form, comments of several lines too', async () => {
  expect(await postsOf('of-text')).toEqual([
    ['reply', 'first', '2024-05-01T10:00:00.000Z', 'unknown'],
    ['reply', 'two lines:\nas I said: yes', '2024-05-01T11:00:00.000Z', 'unknown'],
    ['own', 'A title', '2024-05-02T10:00:00.000Z', 'unknown'],
  ]);
});

it('says of a post in the text form that everyone may see it', async () => {
  const folder = await folderWith({ 'Post/Posts.txt': 'Date: 2023-01-01 10:00:00 UTC\nLink: x\nWho can view: Everyone\nTitle: my post\n' });
  expect((await itemsAt(tiktok, folder)).flatMap((item) => (item.is === 'record' ? [item.record] : []))).toMatchObject([
    { kind: 'own', text: 'my post', audience: 'public' },
  ]);
});
