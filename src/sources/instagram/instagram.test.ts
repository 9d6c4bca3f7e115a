import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { repairMojibake } from '../reading/mojibake.ts';
import { folderWith } from '../testing/folder.ts';
import { contextOf, itemsAt, readAll, tally } from '../testing/read-all.ts';
import { instagram } from './index.ts';

const fixtures = join(import.meta.dirname, 'fixtures');

describe('Instagram', () => {
  it('says of each entry what became of it', async () => {
    const parts = await readAll(instagram, fixtures);
    const read = parts.filter((part) => part.role !== null);
    expect(Object.fromEntries(read.map((part) => [part.name.split('/').at(-1), tally(part.items)]))).toEqual({
      'comments.json': { record: 1, 'quarantined no-time': 1 },
      'media.json': { record: 1, 'excluded empty': 1, 'excluded direct-message': 1 },
      'messages.json': { 'excluded direct-message': 1 },
      'message_1.json': { 'excluded direct-message': 2, 'excluded not-collected': 2 },
      'post_comments_1.json': { record: 1 },
      'posts_1.json': { record: 2, 'excluded empty': 1, 'quarantined no-time': 1, 'quarantined future-time': 1 },
      'reels_comments.json': { record: 1 },
      'stories.json': { 'excluded empty': 1 },
    });
  });

  it('reads words that were misread as Latin-1, whatever language the labels are in', async () => {
    const items = await itemsAt(instagram, join(fixtures, 'export'));
    const posts = items.flatMap((item) => (item.is === 'record' && item.record.type === 'post' ? [item.record] : []));
    expect(posts.map(({ kind, text }) => [kind, text])).toEqual([
      ['reply', 'Schön!'],
      ['reply', 'Ha'],
      ['own', 'Früh am See 🙂'],
      ['own', 'Two pictures'],
    ]);
    expect(posts[2]?.time.utc).toBe('2024-03-05T08:00:00.000Z');
  });

  it('leaves text alone that was never misread', () => {
    expect(repairMojibake('Ã¼ber')).toBe('über');
    for (const text of ['über', 'é', 'plain', '🙂 Ã¼']) expect(repairMojibake(text)).toBe(text);
  });

  it('takes no other account’s export', async () => {
    const items = await itemsAt(instagram, join(fixtures, 'old'), contextOf({ account: 'somebody' }));
    expect(Object.keys(tally(items)).sort()).toEqual(['excluded file-not-used', 'quarantined wrong-participant']);
  });

  it('reads comments in lists of 2021, posts under labels, replies of Threads, and leaves out what was deleted', async () => {
    const at = 1_700_000_000;
    const list = (key: string, ...entries: object[]) => JSON.stringify({ [key]: entries });
    const folder = await folderWith({
      'comments/post_comments.json': list('comments_media_comments', {
        title: 'x',
        string_list_data: [{ value: 'in a list', timestamp: at }],
      }),
      'content/posts_1.json': JSON.stringify([{ timestamp: at, media: [], label_values: [{ label: 'Caption', value: 'labelled' }] }]),
      'content/recently_deleted_content.json': list('ig_recently_deleted_media', {
        media: [{ uri: 'x', creation_timestamp: at, title: 'gone' }],
      }),
      'threads/threads_and_replies.json': list('text_post_app_text_posts', {
        media: [{ uri: '', creation_timestamp: at, title: 'a reply', text_app_post: { is_reply: true } }],
      }),
    });
    const items = await itemsAt(instagram, folder);
    expect(
      items.flatMap((item) => (item.is === 'record' && item.record.type === 'post' ? [[item.record.kind, item.record.text]] : [])),
    ).toEqual([
      ['reply', 'in a list'],
      ['own', 'labelled'],
      ['reply', 'a reply'],
    ]);
    expect(tally(items)).toEqual({ record: 3, 'excluded deletion': 1 });
  });
});
