import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { folderWith } from '../testing/folder.ts';
import { contextOf, driftingContext, itemsAt, readAll, tally } from '../testing/read-all.ts';
import { conforms } from './check.ts';
import { openMhealth } from './index.ts';

const fixtures = join(import.meta.dirname, 'fixtures');
/** The project's own test data, where it lies beside the repository. */
const collection = join(import.meta.dirname, '../../../../shared/data/exports/open_mhealth');

describe('Open mHealth data points', () => {
  it('says of each point what became of it', async () => {
    const { context, drift } = driftingContext({ account: 'me' });
    const items = await itemsAt(openMhealth, join(fixtures, 'points.ndjson'), context);
    expect(tally(items)).toEqual({
      sample: 7,
      record: 3,
      'quarantined wrong-shape': 3,
      'quarantined no-time': 1,
      'quarantined future-time': 1,
      'quarantined not-json': 1,
      'excluded empty': 1,
      'excluded other-person': 1,
    });
    expect(drift).toEqual([
      { kind: 'unknown-field', name: 'heart-rate' },
      { kind: 'unknown-field', name: 'grip-strength' },
      { kind: 'changed-unit', name: 'kgf' },
    ]);
  });

  it('reads units, times and statistics', async () => {
    const items = await itemsAt(openMhealth, join(fixtures, 'points.ndjson'));
    const samples = items.flatMap((item) => (item.is === 'sample' ? [item.sample] : []));
    expect(samples.slice(0, 4).map(({ signal, unit, value, device }) => [signal, unit, value, device])).toEqual([
      ['heart_rate', '/min', 61, 'Made-up watch'],
      ['steps', '1', 812, 'Made-up watch'],
      ['body_mass', 'kg', 150 * 0.453_592_37, 'Made-up watch'],
      ['heart_rate_minimum', '/min', 58, 'Made-up watch'],
    ]);
    expect(samples[0]?.time).toEqual({ utc: '2024-03-05T06:59:30.000Z', offset: 60, zone: 'stated', day: '2024-03-05' });
    const events = items.flatMap((item) => (item.is === 'record' && item.record.type === 'event' ? [item.record] : []));
    expect(events[0]).toMatchObject({
      id: 'a4',
      event: 'other',
      version: '2024-03-05T08:00:00.000Z',
      values: { systolic_blood_pressure: { value: 121, unit: 'mm[Hg]' }, body_posture: { value: 'sitting', unit: '1' } },
    });
    expect(events[1]).toMatchObject({
      event: 'sleep',
      time: { utc: '2024-03-04T22:00:00.000Z' },
      end: { utc: '2024-03-05T05:30:00.000Z' },
    });
    expect(events[2]).toMatchObject({ event: 'workout', end: null, values: { part_of_day: { value: 'morning', unit: '1' } } });
  });

  it('reads one point, arrays, answers of servers, and bodies under the path of their schema', async () => {
    const parts = await readAll(openMhealth, fixtures);
    expect(parts.map(({ name, role, items }) => [name, role, tally(items)])).toEqual([
      ['answer.json', 'lists', { sample: 2, record: 1 }],
      ['array.json', 'array', { sample: 3 }],
      ['body.json', 'values', { sample: 1 }],
      ['one-point.json', 'values', { sample: 1 }],
      ['points.ndjson', 'lines', expect.anything()],
    ]);
  });

  it('keeps to the rules of dates, and to exactly one of several forms', () => {
    expect(conforms('2024-02-29T07:25:00Z', 'date-time')).toBe(true);
    expect(conforms('2023-02-29T07:25:00Z', 'date-time')).toBe(false);
    const whole = { start_date_time: '2024-02-05T07:25:00Z', end_date_time: '2024-02-05T08:25:00Z' };
    expect(conforms(whole, 'time-interval-1.0')).toBe(true);
    expect(conforms({ ...whole, duration: { value: 1, unit: 'h' } }, 'time-interval-1.0')).toBe(false);
    expect(conforms({ start_date_time: whole.start_date_time }, 'time-interval-1.0')).toBe(false);
  });

  it('sorts the collection of points that should pass and should fail, where it is at hand', { timeout: 120_000 }, async () => {
    const files = existsSync(collection) ? filesOf(collection).filter((path) => /should(?:Pass|Fail)\//.test(path)) : [];
    const wrong: string[] = [];
    for (const path of files) {
      const items = await itemsAt(openMhealth, path, contextOf());
      const refused = items.some((item) => item.is === 'quarantined');
      if (refused !== path.includes('/shouldFail/')) wrong.push(path.slice(collection.length));
    }
    expect(wrong).toEqual([]);
    if (existsSync(collection)) expect(files.length).toBeGreaterThan(600);
  });

  it('sorts them under headers as well', () => {
    const files = existsSync(collection) ? filesOf(collection).filter((path) => /heart-rate\/2\.0\/should/.test(path)) : [];
    for (const path of files) {
      expect([path, conforms(JSON.parse(readFileSync(path, 'utf8')), 'heart-rate-2.0')]).toEqual([path, path.includes('/shouldPass/')]);
    }
  });
});

function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((item) => item.isFile() && item.name.endsWith('.json'))
    .map((item) => join(item.parentPath, item.name))
    .sort();
}

it('leaves JSON of other makers that lies beside alone', async () => {
  const folder = await folderWith({ 'user_data.json': '{"Activity":{"VideoList":[{"Date":"x"}]}}', 'posts_1.json': '[{"title":"x"}]' });
  expect(tally(await itemsAt(openMhealth, folder))).toEqual({ 'excluded file-not-used': 2 });
});
