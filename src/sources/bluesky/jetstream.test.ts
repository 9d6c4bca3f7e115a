import { expect, test } from 'vitest';
import type { Parsed } from '../../../schema/source.ts';
import { contextOf } from '../testing/read-all.ts';
import { parseJetstream } from './jetstream.ts';

const did = 'did:plc:quietone2222222222222222';

async function parsed(frames: object[]): Promise<Parsed[]> {
  const items: Parsed[] = [];
  const bytes = Buffer.from(frames.map((frame) => `${JSON.stringify(frame)}\n`).join(''));
  const chunks = async function* () {
    yield bytes;
  };
  for await (const item of parseJetstream(chunks(), contextOf({ account: did }))) items.push(item);
  return items;
}

test('a frame without a time is a copy of its post, which a deletion of the post finds; one of another kind is of none', async () => {
  const commit = { rev: 'x', operation: 'create', collection: 'app.bsky.feed.post', rkey: '3k', record: { text: 'a' } };
  const [post, like] = await parsed([
    { did, kind: 'commit', commit },
    { did, kind: 'commit', commit: { ...commit, collection: 'app.bsky.feed.like' } },
  ]);
  const of = { type: 'post', recordId: `at://${did}/app.bsky.feed.post/3k` };
  expect(post).toMatchObject({ is: 'quarantined', reason: 'no-time', of });
  expect(like).toMatchObject({ is: 'quarantined', reason: 'no-time' });
  expect(like).not.toHaveProperty('of');
});
