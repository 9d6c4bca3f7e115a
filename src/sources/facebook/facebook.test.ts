import { join } from 'node:path';
import { expect, it } from 'vitest';
import { folderWith } from '../testing/folder.ts';
import { contextOf, driftingContext, itemsAt, readAll, tally } from '../testing/read-all.ts';
import { facebook } from './index.ts';

const fixtures = join(import.meta.dirname, 'fixtures');

it('says of each entry what became of it', async () => {
  const { context, drift } = driftingContext({ account: 'Mädé Üp' });
  const read = (await readAll(facebook, fixtures, context)).filter((part) => part.role !== null);
  expect(read.map((part) => [part.name.split('/').at(-1), tally(part.items)])).toEqual([
    ['comments.json', { record: 1, 'excluded other-person': 1, 'excluded empty': 1 }],
    ['group_posts_and_comments.json', { record: 1 }],
    ['message_1.json', { 'excluded not-collected': 1, 'excluded direct-message': 1 }],
    ['other_people_s_posts_to_your_timeline.json', { 'excluded other-person': 1 }],
    [
      'your_posts__check_ins__photos_and_videos_1.json',
      { record: 1, 'excluded empty': 2, 'quarantined no-time': 1, 'quarantined future-time': 1 },
    ],
  ]);
  expect(drift).toEqual([{ kind: 'unknown-field', name: 'mood' }]);
});

it('reads misread words, times and edits', async () => {
  const items = await itemsAt(facebook, fixtures);
  const posts = items.flatMap((item) => (item.is === 'record' && item.record.type === 'post' ? [item.record] : []));
  expect(posts.map(({ kind, text, version }) => [kind, text, version])).toEqual([
    ['reply', 'Schön!', null],
    ['own', 'Hello group', null],
    ['own', 'Früh wach – schon wieder 🙁', '2024-03-05T09:00:00.000Z'],
  ]);
  expect(posts[2]?.time).toEqual({ utc: '2024-03-05T08:00:00.000Z', offset: 0, zone: 'kind', day: '2024-03-05' });
});

it('takes no other account’s export', async () => {
  const items = await itemsAt(facebook, fixtures, contextOf({ account: 'Somebody Else' }));
  expect(Object.keys(tally(items)).sort()).toEqual(['excluded file-not-used', 'quarantined wrong-participant']);
});

it('reads the file of older downloads that holds posts and comments of groups', async () => {
  const posts = { group_posts: { activity_log_data: [{ timestamp: 1_500_000_000, data: [{ post: 'to a group' }] }] } };
  const comments = {
    group_comments: [{ timestamp: 1_500_000_001, data: [{ comment: { timestamp: 1_500_000_001, comment: 'an answer' } }] }],
  };
  const folder = await folderWith({ 'groups/your_posts_and_comments_in_groups.json': JSON.stringify({ ...posts, ...comments }) });
  const items = await itemsAt(facebook, folder);
  const found = items.flatMap((item) =>
    item.is === 'record' && item.record.type === 'post' ? [[item.record.kind, item.record.text]] : [],
  );
  expect(found).toEqual([
    ['own', 'to a group'],
    ['reply', 'an answer'],
  ]);
});
