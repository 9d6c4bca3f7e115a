import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Part } from '../../../schema/source.ts';
import { comparable, cutAt, itemsOf, withChunks } from '../testing/fake-part.ts';
import { folderWith } from '../testing/folder.ts';
import { contextOf, driftingContext, itemsAt, readAll, tally } from '../testing/read-all.ts';
import { telegram } from './index.ts';

const full = join(import.meta.dirname, 'fixtures', 'full');
const single = join(import.meta.dirname, 'fixtures', 'single');
const postsAt = async (path: string, context = contextOf()) =>
  (await itemsAt(telegram, path, context)).flatMap((item) => (item.is === 'record' && item.record.type === 'post' ? [item.record] : []));

describe('an export of Telegram', () => {
  it('of the whole account knows whose it is, and says of each message what became of it', async () => {
    const { context, drift } = driftingContext();
    expect(tally(await itemsAt(telegram, full, context))).toEqual({
      record: 4,
      'excluded file-not-used': 1,
      'excluded not-collected': 1,
      'excluded other-person': 2,
      'excluded repost': 1,
      'excluded empty': 1,
      'quarantined no-time': 1,
      'quarantined no-text': 1,
      'quarantined wrong-shape': 1,
    });
    expect(drift).toEqual([{ kind: 'unknown-field', name: 'mood' }]);
  });

  it('keeps text in pieces whole, edits as versions, and who could read it', async () => {
    const posts = await postsAt(full);
    expect(posts.map(({ id, text, kind, audience, conversation }) => [id, text, kind, audience, conversation])).toEqual([
      ['9001/3', 'Rain "and" tea 🙂, [good]', 'reply', 'followers', '9001'],
      ['9001/4', 'See https://example.org/ there', 'own', 'followers', '9001'],
      ['9002/1', 'note to self', 'own', 'direct', '9002'],
      ['9003/1', 'said aloud', 'own', 'public', '9003'],
    ]);
    expect(posts[1]?.version).toBe('2024-03-06T07:01:00.000Z');
  });

  it('gives the offset of the clock on which it was made, unless a zone is declared', async () => {
    const [first] = await postsAt(full);
    expect(first?.time).toEqual({ utc: '2024-03-05T22:30:00.000Z', offset: 60, zone: 'stated', day: '2024-03-05' });
    const [declared] = await postsAt(full, contextOf({ zone: 'Asia/Tokyo' }));
    expect(declared?.time).toEqual({ utc: '2024-03-05T22:30:00.000Z', offset: 540, zone: 'declared', day: '2024-03-06' });
  });

  it('takes the declared account by number, name or user name, and no other', async () => {
    for (const account of ['11', 'user11', 'Quiet One', '@quiet_one']) expect((await postsAt(full, contextOf({ account }))).length).toBe(4);
    const others = await itemsAt(telegram, full, contextOf({ account: 'Lea' }));
    expect(tally(others)).toEqual({ 'excluded file-not-used': 1, 'quarantined wrong-participant': 12 });
  });

  it('of a forum takes what stands in a topic for no answer to it', async () => {
    const message = { type: 'message', date: '2024-03-05T10:00:00', from: 'Quiet One', from_id: 'user11' };
    const messages = [
      { id: 5, type: 'service', date: '2024-03-05T09:00:00', action: 'topic_created', title: 'Rain' },
      { ...message, id: 6, reply_to_message_id: 5, text: 'in a topic' },
      { ...message, id: 7, reply_to_message_id: 6, text: 'an answer there' },
    ];
    const chat = { name: 'Forum', type: 'private_supergroup', id: 77, messages };
    const posts = await postsAt(await folderWith({ 'result.json': JSON.stringify(chat) }), contextOf({ account: '11' }));
    expect(posts.map(({ id, kind }) => [id, kind])).toEqual([
      ['77/6', 'own'],
      ['77/7', 'reply'],
    ]);
  });

  it('of one chat needs the account declared', async () => {
    const undeclared = await itemsAt(telegram, single);
    expect(tally(undeclared)).toEqual({ 'quarantined no-account': 3 });
    expect(undeclared.every((item) => item.is === 'quarantined' && item.raw.length === 0)).toBe(true);
    const posts = await postsAt(single, contextOf({ account: 'Quiet One' }));
    expect(posts.map(({ id, audience, time }) => [id.length > 4 ? 'hash' : id, audience, time.utc, time.zone])).toEqual([
      ['22/1', 'direct', '2019-07-01T12:00:00.000Z', 'unknown'],
      ['hash', 'direct', '2018-12-05T10:39:10.000Z', 'kind'],
    ]);
    expect(tally(await itemsAt(telegram, single, contextOf({ account: 'quiet one' })))).toEqual({ record: 2, 'excluded other-person': 1 });
  });

  it('gives the same of the declared account, in whatever pieces the bytes come', async () => {
    const [part] = (await telegram.parts({ path: full, form: 'folder' })).filter((candidate) => candidate.role === 'messages') as [Part];
    const bytes = readFileSync(join(full, 'result.json'));
    const whole = comparable(await itemsOf(telegram, withChunks(part, [bytes])));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(), { maxLength: 20 }), async (cuts) => {
        expect(comparable(await itemsOf(telegram, withChunks(part, cutAt(bytes, cuts))))).toBe(whole);
      }),
      { numRuns: 20 },
    );
  });

  it('is known by what it holds where it was renamed, and other JSON is left', async () => {
    const folder = await folderWith({ 'lea.json': readFileSync(join(single, 'result.json')), 'settings.json': '{"messages": []}' });
    const parts = await readAll(telegram, folder, contextOf({ account: '11' }));
    expect(parts.map((part) => tally(part.items))).toEqual([{ record: 1, 'excluded other-person': 2 }, { 'excluded file-not-used': 1 }]);
  });
});
