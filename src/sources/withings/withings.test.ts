import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Parsed } from '../../../schema/source.ts';
import { folderWith } from '../testing/folder.ts';
import { itemsAt, readAll, tally } from '../testing/read-all.ts';
import { withings } from './index.ts';

const fixtures = join(import.meta.dirname, 'fixtures');
const samples = (items: Parsed[]) => items.flatMap((item) => (item.is === 'sample' ? [item.sample] : []));
const events = (items: Parsed[]) => items.flatMap((item) => (item.is === 'record' && item.record.type === 'event' ? [item.record] : []));

describe('a download from Withings', () => {
  it('says of each value and row what became of it', async () => {
    const parts = await readAll(withings, fixtures);
    expect(Object.fromEntries(parts.map(({ name, items }) => [name, tally(items)]))).toEqual({
      'activities.csv': { record: 1 },
      'aggregates_steps.csv': { sample: 1, 'quarantined bad-value': 1 },
      'raw_sleep-monitor_hr.csv': {
        sample: 5,
        'excluded empty': 1,
        'quarantined bad-value': 2,
        'quarantined no-time': 1,
        'quarantined not-csv': 2,
      },
      'raw_tracker_latitude.csv': { 'excluded file-not-used': 1 },
      'sleep.csv': { record: 1, 'quarantined bad-value': 1 },
      'weight.csv': { record: 1, 'excluded empty': 1 },
    });
  });

  it('lays the values of a list one behind the other', async () => {
    const found = samples(await itemsAt(withings, fixtures)).filter(({ signal }) => signal === 'heart_rate');
    expect(found.slice(0, 2).map(({ value, time, endMs }) => [value, time.utc, new Date(endMs).toISOString()])).toEqual([
      [66, '2024-03-30T21:03:00.000Z', '2024-03-30T21:04:00.000Z'],
      [65, '2024-03-30T21:04:00.000Z', '2024-03-30T21:05:00.000Z'],
    ]);
    expect(found.at(-1)).toMatchObject({ value: 63, device: 'Withings sleep-monitor', time: { offset: 60, zone: 'stated' } });
  });

  it('reads tables by place, whatever the language of their headers', async () => {
    const found = events(await itemsAt(withings, fixtures));
    expect(found.map(({ event, values }) => [event, values])).toEqual([
      [
        'workout',
        {
          activity: { value: 'Walking', unit: '1' },
          calories: { value: 120, unit: 'kcal' },
          distance: { value: 2000, unit: 'm' },
          hr_average: { value: 101, unit: '/min' },
        },
      ],
      [
        'sleep',
        {
          light: { value: 15_780, unit: 's' },
          deep: { value: 5340, unit: 's' },
          awake: { value: 2460, unit: 's' },
          wake_ups: { value: 1, unit: '1' },
          average_heart_rate: { value: 68, unit: '/min' },
        },
      ],
      ['other', { body_mass: { value: 75.5, unit: 'kg' }, fat_mass: { value: 14.2, unit: 'kg' } }],
    ]);
  });

  it('reads saturation, and heights in feet and inches', async () => {
    const folder = await folderWith({
      'oxy.csv': 'Date,"Sauerstoffsättigung (%)",Kommentare\n"2024-01-01 08:00:00",97,\n',
      'height.csv': `Date,"Height (in)",Comments\n"2024-01-01 08:00:00","5' 10.0''",\n`,
    });
    expect(events(await itemsAt(withings, folder)).map(({ values }) => values)).toEqual([
      { height: { value: 1.778, unit: 'm', original: { value: 70, unit: '[in_i]' } } },
      { oxygen_saturation: { value: 97, unit: '%' } },
    ]);
  });
});
