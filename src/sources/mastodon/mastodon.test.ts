import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { htmlToText } from '../reading/html-text.ts';
import { folderWith } from '../testing/folder.ts';
import { contextOf, driftingContext, itemsAt, readAll, tally } from '../testing/read-all.ts';
import { writeZip } from '../testing/write-zip.ts';
import { mastodon } from './index.ts';

const archive = join(import.meta.dirname, 'fixtures', 'archive');
const postsOf = async (context = contextOf()) =>
  (await itemsAt(mastodon, archive, context)).flatMap((item) => (item.is === 'record' && item.record.type === 'post' ? [item.record] : []));

describe('an outbox of Mastodon', () => {
  it('says of each activity what became of it', async () => {
    const { context, drift } = driftingContext({ account: '@Quiet_One@reed.example' });
    const parts = await readAll(mastodon, archive, context);
    expect(Object.fromEntries(parts.map((part) => [part.name, tally(part.items)]))).toEqual({
      'actor.json': { 'excluded file-not-used': 1 },
      'likes.json': { 'excluded file-not-used': 1 },
      'outbox.json': {
        record: 7,
        'excluded repost': 1,
        'excluded empty': 1,
        'excluded other-person': 1,
        'excluded not-collected': 1,
        'quarantined no-time': 1,
        'quarantined future-time': 1,
        'quarantined wrong-shape': 1,
        'quarantined no-text': 1,
        'quarantined not-json': 2,
      },
    });
    expect(drift).toEqual([
      { kind: 'unknown-field', name: 'mood' },
      { kind: 'unknown-field', name: 'Dance' },
    ]);
  });

  it('keeps words without marks, and for whom they were', async () => {
    const posts = await postsOf(contextOf({ zone: 'Europe/Berlin' }));
    expect(posts.map(({ text, kind, audience, lang }) => [text, kind, audience, lang])).toEqual([
      ['Rain & tea, 3 < 4\nand "[brackets], {braces}" 🙂\n\nSecond \'paragraph\' &lt; once', 'own', 'public', 'en'],
      ['@b glad you wrote', 'reply', 'public', 'en'],
      ['For those who follow: https://example.org/a/long/path?x=1', 'own', 'followers', 'de'],
      ['only between us', 'own', 'direct', 'en'],
      ['low mood & sleep\n\nUnder a warning', 'own', 'public', null],
      ['this, so much', 'quote', 'public', 'en'],
      ['Which one?', 'own', 'public', 'en'],
    ]);
    expect(posts[0]).toMatchObject({
      id: 'https://reed.example/users/quiet_one/statuses/1',
      time: { utc: '2023-03-26T22:30:00.000Z', offset: 120, zone: 'declared', day: '2023-03-27' },
      conversation: 'tag:reed.example,2023:objectId=1:objectType=Conversation',
      version: null,
    });
    expect(posts[4]?.version).toBe('2023-03-29T11:00:00.000Z');
  });

  it('keeps no unit of the archive of another account, and nothing of what they say', async () => {
    const items = await itemsAt(mastodon, archive, contextOf({ account: 'quiet_one@lake.example' }));
    expect(tally(items)).toEqual({ 'excluded file-not-used': 2, 'quarantined wrong-participant': 17 });
    expect(items.filter((item) => item.is === 'quarantined' && item.raw.length > 0)).toEqual([]);
  });

  it('reads a zip, and an outbox alone by the declared account', async () => {
    const outbox = readFileSync(join(archive, 'outbox.json'));
    const folder = await folderWith({ 'a.zip': writeZip([{ name: 'outbox.json', content: outbox }]), 'b/outbox.json': outbox });
    const parts = await readAll(mastodon, folder, contextOf({ account: 'quiet_one' }));
    expect(parts.map((part) => tally(part.items).record)).toEqual([7, 7]);
    const others = await itemsAt(mastodon, folder, contextOf({ account: 'somebody' }));
    expect(tally(others).record).toBeUndefined();
  });

  it('gives up on a file that is no outbox, and notices one that is cut off', async () => {
    const outbox = readFileSync(join(archive, 'outbox.json'), 'utf8');
    const folder = await folderWith({ 'a/outbox.json': '{"orderedStuff": []}', 'b/outbox.json': outbox.slice(0, 3000) });
    const [other, cut] = await readAll(mastodon, folder);
    expect(tally(other?.items ?? [])).toEqual({ 'quarantined not-this-kind': 1 });
    expect(tally(cut?.items ?? [])).toEqual({ record: 2, 'quarantined part-unreadable': 1 });
  });
});

describe('words of HTML', () => {
  it('come as a person would copy them', () => {
    const cases: [string, string][] = [
      ['<p>a</p>\n<p>b<br>c</p>', 'a\n\nb\nc'],
      ['1 < 2 <3 a<b', '1 < 2 <3 a<b'],
      ['<ul><li>one</li><li>two</li></ul>', 'one\n\ntwo'],
      ['<pre><code>a\n  b</code></pre>', 'a\nb'],
      ['<a title="x > y" href="#">z</a>', 'z'],
      ['x<!-- <p> -->y<script>z</script>&hellip; &eacute; &unknown; &#x1F642;', 'xy… é &unknown; 🙂'],
    ];
    for (const [html, text] of cases) expect(htmlToText(html)).toBe(text);
  });

  it('take time in proportion to the text', () => {
    for (const piece of ['<', '<a', '<a "', '<a ">', '<!--', '&', '<p>', ' \n'])
      expect(htmlToText(piece.repeat(20_000)).length).toBeGreaterThanOrEqual(0);
  });

  it('are themselves where nothing is marked up', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const plain = text.replaceAll(/[<>&\s]/g, '');
        expect(htmlToText(plain)).toBe(plain);
      }),
    );
  });
});
