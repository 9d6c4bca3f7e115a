import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Parsed } from '../../../schema/source.ts';
import { sourceKind } from '../index.ts';
import { Clock } from '../reading/clock.ts';
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

  it('reads the dates of pages in several languages', () => {
    const clock = new Clock(contextOf({ zone: 'Europe/Berlin' }));
    const read = (text: string) => activityMoment(text, clock)?.utc;
    expect(read('Feb 13, 2024, 8:36:49\u202fAM EET')).toBe('2024-02-13T06:36:49.000Z');
    expect(read('Jan 31, 2018, 12:54:50 PM')).toBe('2018-01-31T11:54:50.000Z');
    expect(read('13.02.2024, 08:36:49 MEZ')).toBe('2024-02-13T07:36:49.000Z');
    expect(read('13 févr. 2024, 08:36:49 UTC+02:00')).toBe('2024-02-13T06:36:49.000Z');
    expect(read('13.2.2024 klo 8.36.49 EET')).toBe('2024-02-13T06:36:49.000Z');
    expect(read('13 dic 2024, 8:36:49 a. m. GMT-3')).toBe('2024-12-13T11:36:49.000Z');
    expect(read('yesterday')).toBe(undefined);
  });
});
