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

describe('pages of a chat', () => {
  const message = (kinds: string, id: number, time: string, inner: string): string =>
    `<div class="message ${kinds}" id="message${id}"><div class="body"><div class="pull_right date details" title="${time}">x</div>${inner}</div></div>\n`;
  const from = (name: string): string => `<div class="from_name">\n${name} \n</div>`;
  const text = (words: string): string => `<div class="text">\n${words}\n</div>`;
  const page = `<!DOCTYPE html><html><body><div class="text bold">Chat</div><div class="history">
${message('service', -1, '', '<div class="body details">5 January 2024</div>')}
${message('default clearfix', 1, '05.01.2024 13:02:00 UTC+01:00', from('Quiet One') + text('Rain &amp; <strong>tea</strong><br>here'))}
${message('default clearfix joined', 2, '05.01.2024 13:03:00 UTC+01:00', `<div class="reply_to details">In reply</div>${text('yes')}`)}
${message('default clearfix joined', 3, '05.01.2024 13:03:30', `<div class="forwarded body">${from('Loud One <span class="date details"> 1</span>')}${text('no')}</div>`)}
${message('default clearfix', 4, '05.01.2024 13:04:00', from('Loud One <span class="details"> via @bot</span>') + text('theirs'))}
${message('default clearfix joined', 5, '05.01.2024 13:05:00', text('theirs too'))}
${message('default clearfix', 6, '05.01.2024 13:06:00', `${from('Quiet One')}<div class="media_wrap clearfix"></div>`)}
</div></body></html>`;

  it('are read where there is no JSON, by the declared name', async () => {
    const { context } = driftingContext({ account: 'quiet one', zone: 'Europe/Berlin' });
    const folder = await folderWith({ 'messages.html': page, 'css/style.css': 'x' });
    expect(tally(await itemsAt(telegram, folder, context))).toEqual({
      record: 2,
      'excluded not-collected': 1,
      'excluded repost': 1,
      'excluded other-person': 2,
      'excluded empty': 1,
      'excluded file-not-used': 1,
    });
    expect((await postsAt(folder, context)).map(({ text, kind, audience, time }) => [text, kind, audience, time.utc])).toEqual([
      ['Rain & tea\nhere', 'own', 'direct', '2024-01-05T12:02:00.000Z'],
      ['yes', 'reply', 'direct', '2024-01-05T12:03:00.000Z'],
    ]);
  });

  it('are left alone beside JSON, and kept from nobody who was not declared', async () => {
    expect(tally(await itemsAt(telegram, await folderWith({ 'messages.html': page })))).toEqual({ 'quarantined no-account': 7 });
    const both = await folderWith({ 'messages.html': page, 'result.json': '{"messages":[]}' });
    expect(tally(await itemsAt(telegram, both))).toEqual({ 'excluded file-not-used': 1 });
  });
});
