import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Parsed } from '../../../schema/source.ts';
import { sourceKind } from '../index.ts';
import { Clock } from '../reading/clock.ts';
import { folderWith } from '../testing/folder.ts';
import { contextOf, itemsAt, readAll, tally } from '../testing/read-all.ts';
import { activityMoment } from './dates.ts';

const googleTakeout = sourceKind('google-takeout');
const fixtures = join(import.meta.dirname, 'fixtures');
const records = (items: Parsed[]) => items.flatMap((item) => (item.is === 'record' ? [item.record] : []));

describe('a Google Takeout', () => {
  it('says of each unit what became of it, Fitbit and Google Fit among them', async () => {
    const parts = await readAll(googleTakeout, fixtures);
    expect(Object.fromEntries(parts.map(({ role, name, items }) => [role ?? name, tally(items)]))).toEqual({
      activity: { record: 1, 'quarantined no-time': 1, 'excluded empty': 1 },
      'activity-page': { 'excluded empty': 1 },
      comments: { record: 2, 'quarantined wrong-shape': 1 },
      'fit:points': { sample: 1 },
      'fitbit:steps': { sample: 1 },
      history: { record: 1 },
      messages: { 'excluded direct-message': 2 },
      'Takeout/Keep/note.json': { 'excluded file-not-used': 1 },
    });
    const page = parts.find(({ name }) => name.endsWith('MyActivity.html'));
    expect(tally(page?.items ?? [])).toEqual({ record: 2, 'quarantined no-time': 1 });
  });

  it('keeps what was done, not where or at which address', async () => {
    const found = records(await itemsAt(googleTakeout, fixtures));
    const titles = found.flatMap((record) => (record.type === 'event' ? [record.values.title?.value] : []));
    expect(titles).toEqual(['A title', 'Visited A page & more', 'Searched for weather', 'Watched A film']);
    expect(JSON.stringify(found)).not.toMatch(/home|https?:/);
  });

  it('reads comments as posts, replies by their parent', async () => {
    const posts = records(await itemsAt(googleTakeout, fixtures)).filter(({ type }) => type === 'post');
    expect(posts).toMatchObject([
      { id: 'youtube Ugx1', text: 'I liked this', kind: 'own', audience: 'public', conversation: 'vid1' },
      { id: 'youtube Ugx2', text: 'me too', kind: 'reply', conversation: 'Ugx1' },
    ]);
  });

  it('reads comments and chats of every generation: pages, two orders of columns, pieces in a wrapping', async () => {
    const order = 'Kommentar-ID,Kanal-ID,Zeitstempel,Preis,Elternkommentar,Beitrag,Video-ID,Kommentartext';
    const folder = await folderWith({
      'Takeout/YouTube/my-comments/my-comments.html':
        '<html><body><ul><li>Sent at 2020-04-27 23:18:23 UTC while watching <a href="http://www.youtube.com/watch?v=vid1">A film</a>.<br/>rain &amp; tea<br/>twice</li><li>Sent at noon</li></ul></body></html>',
      'Takeout/YouTube/my-live-chat-messages/my-live-chat-messages.html': '<ul></ul>',
      'Takeout/YouTube/Kommentare/Kommentare.csv': `${order}\nUgx9,UCme,2026-04-12T00:28:56+00:00,0,,,vid2,"{""takeoutSegments"":[{""text"":""in ""},{""text"":""pieces""}]}"\n`,
      'Takeout/YouTube/live chats/live chats.csv':
        'Live Chat ID,Channel ID,Live Chat Create Timestamp,Price,Currency code,Video ID,Live Chat Text\nL1,UCme,2026-02-01T10:00:00+00:00,0,,live1,"{""text"":""hello""}"\n',
    });
    const items = await itemsAt(googleTakeout, folder);
    expect(records(items)).toMatchObject([
      { id: 'youtube Ugx9', text: 'in pieces', conversation: 'vid2', time: { utc: '2026-04-12T00:28:56.000Z' } },
      { id: 'youtube L1', text: 'hello', conversation: 'live1' },
      { text: 'rain & tea\ntwice', kind: 'own', audience: 'public', conversation: 'vid1', time: { utc: '2020-04-27T23:18:23.000Z' } },
    ]);
    expect(tally(items)).toEqual({ record: 3, 'quarantined no-time': 1, 'excluded empty': 1 });
  });

  it('reads the dates of pages in several languages', () => {
    const clock = new Clock(contextOf({ zone: 'Europe/Berlin' }));
    const read = (text: string) => activityMoment(text, clock)?.utc;
    expect(read('Feb 13, 2024, 8:36:49\u202fAM EET')).toBe('2024-02-13T06:36:49.000Z');
    expect(read('Jan 31, 2018, 12:54:50 PM')).toBe('2018-01-31T11:54:50.000Z');
    expect(read('13.02.2024, 08:36:49 MEZ')).toBe('2024-02-13T07:36:49.000Z');
    expect(read('13 févr. 2024, 08:36:49 UTC+02:00')).toBe('2024-02-13T06:36:49.000Z');
    expect(read('13.2.2024 klo 8.36.49 EET')).toBe('2024-02-13T06:36:49.000Z');
    expect(read('13 dic 2024, 8:36:49 a. m. GMT-3')).toBe('2024-12-13T11:36:49.000Z');
    expect(read('2024. 2. 13. 오후 8:36:49 KST')).toBe('2024-02-13T11:36:49.000Z');
    expect(read('2024年2月13日 GMT+8 08:36:49')).toBe('2024-02-13T00:36:49.000Z');
    expect(read('2024/02/13 8:36:49 JST')).toBe('2024-02-12T23:36:49.000Z');
    expect(read('13 paź 2024, 08:36:49 CEST')).toBe('2024-10-13T06:36:49.000Z');
    expect(read('13 de fev. de 2024, 08:36:49 BRT')).toBe('2024-02-13T11:36:49.000Z');
    expect(read('yesterday')).toBe(undefined);
  });
});
