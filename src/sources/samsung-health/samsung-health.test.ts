import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Parsed } from '../../../schema/source.ts';
import { folderWith } from '../testing/folder.ts';
import { contextOf, itemsAt, readAll, tally } from '../testing/read-all.ts';
import { samsungHealth } from './index.ts';
import { offsetOf } from './row.ts';

const fixtures = join(import.meta.dirname, 'fixtures');
const samples = (items: Parsed[]) => items.flatMap((item) => (item.is === 'sample' ? [item.sample] : []));
const events = (items: Parsed[]) => items.flatMap((item) => (item.is === 'record' && item.record.type === 'event' ? [item.record] : []));

describe('a download from Samsung Health', () => {
  it('says of each row what became of it, with or without the line above the header', async () => {
    const parts = await readAll(samsungHealth, fixtures);
    expect(parts.map(({ role, items }) => [role, tally(items)])).toEqual([
      [null, { 'excluded file-not-used': 1 }],
      ['exercise', { record: 1 }],
      ['sleep_stage', { record: 1 }],
      ['weight', { record: 1 }],
      ['step_daily_trend', { sample: 2 }],
      ['heart_rate', { sample: 2, 'excluded empty': 2, 'quarantined no-time': 1, 'quarantined not-csv': 1 }],
    ]);
  });

  it('reads offsets as hours and minutes, or as seconds', async () => {
    expect(['UTC+0100', 'UTC-0330', 'UTC+28550', 'UTC+05:30', '', 'MARS', 'UTC+9900'].map(offsetOf)).toEqual([
      ...[60, -210, 476, 330, null, 'unreadable', 'unreadable'],
    ]);
    const [first] = samples((await readAll(samsungHealth, fixtures)).at(-1)?.items ?? []);
    expect(first).toMatchObject({ value: 62, device: 'devA', time: { utc: '2024-03-30T08:00:00.000Z', offset: 60, zone: 'stated' } });
  });

  it('keeps the rows of one day by their source apart', async () => {
    const days = samples(await itemsAt(samsungHealth, fixtures, contextOf({ zone: 'Europe/Berlin' }))).filter(
      ({ signal }) => signal === 'steps_daily',
    );
    expect(days.map(({ value, device, time }) => [value, device, time.utc, time.day])).toEqual([
      [5120, 'unknown source -2', '2024-03-29T23:00:00.000Z', '2024-03-30'],
      [2000, 'phone source 0', '2024-03-29T23:00:00.000Z', '2024-03-30'],
    ]);
  });

  it('makes events without notes and places', async () => {
    const found = events(await itemsAt(samsungHealth, fixtures));
    expect(found.map(({ event, values }) => [event, values])).toEqual([
      [
        'workout',
        {
          exercise_type: { value: 'running', unit: '1' },
          duration: { value: 32, unit: 'min', original: { value: 1_920_000, unit: '' } },
          distance: { value: 5200, unit: 'm' },
          calorie: { value: 410, unit: 'kcal' },
          span: { value: 32, unit: 'min' },
        },
      ],
      ['sleep', { stage: { value: 'deep', unit: '1' }, span: { value: 30, unit: 'min' } }],
      ['other', { body_mass: { value: 70.5, unit: 'kg' }, height: { value: 175, unit: 'cm' }, body_fat: { value: 18.2, unit: '%' } }],
    ]);
    expect(found[2]).toMatchObject({ id: 'weight w1', version: '2024-03-30T07:01:00.000Z' });
  });

  it('reads the minutes that lie in lists beside the tables', async () => {
    const minute = { start_time: 1_711_785_600_000, end_time: 1_711_785_659_999 };
    const list = (folder: string, name: string, ...values: object[]) => ({
      [`jsons/${folder}/1/1a${name}`]: JSON.stringify(values.map((value) => ({ ...minute, ...value }))),
    });
    const folder = await folderWith({
      'com.samsung.health.device_profile.20240401.csv': '',
      ...list('com.samsung.shealth.tracker.heart_rate', '.com.samsung.health.heart_rate.binning_data.json', {
        heart_rate: 62,
        heart_rate_max: 70,
      }),
      ...list(
        'com.samsung.shealth.tracker.oxygen_saturation',
        '.com.samsung.health.oxygen_saturation.binning.json',
        { spo2: 96 },
        { spo2: 0 },
      ),
      ...list('com.samsung.shealth.stress', '.binning_data.json', { score: 12 }, {}),
      ...list('com.samsung.shealth.exercise', '.sensing_status.json', { heart_rate: 120 }),
    });
    const items = await itemsAt(samsungHealth, folder);
    expect(samples(items).map(({ signal, value, endMs }) => [signal, value, endMs])).toEqual([
      ['stress_score', 12, minute.end_time],
      ['heart_rate', 62, minute.end_time],
      ['oxygen_saturation', 0.96, minute.end_time],
    ]);
    expect(tally(items)).toEqual({ sample: 3, 'excluded empty': 2, 'excluded file-not-used': 2 });
  });

  it('reads what a watch wrote during a workout, and no positions', async () => {
    const folder = await folderWith({
      'com.samsung.shealth.exercise.csv': 'datauuid\n',
      'jsons/com.samsung.shealth.exercise/a/a1.live_data.json':
        '[{"heart_rate":100.0,"start_time":1704103200000},{"start_time":1704103201000,"speed":1.25,"distance":2.0}]',
      'jsons/com.samsung.shealth.exercise/a/a1.location_data.json': '[{"latitude":1.0,"start_time":1704103200000}]',
    });
    const items = await itemsAt(samsungHealth, folder);
    expect(samples(items).map(({ signal, unit, value, time }) => [signal, unit, value, time.utc])).toEqual([
      ['heart_rate', '/min', 100, '2024-01-01T10:00:00.000Z'],
      ['speed', 'm/s', 1.25, '2024-01-01T10:00:01.000Z'],
    ]);
    expect(tally(items)).toEqual({ sample: 2, 'excluded file-not-used': 1 });
  });

  it('reads the summaries of a day, without the names of lists in their cells', async () => {
    const day = 'com.samsung.shealth.activity.day_summary';
    const folder = await folderWith({
      [`${day}.20240401.csv`]: `${day},7,1\nstep_count,active_time,extra_data,day_time,datauuid\n5120,1800000,u1.extra_data.json,1711756800000,u1,\n`,
    });
    expect(events(await itemsAt(samsungHealth, folder)).map(({ values, time }) => [Object.keys(values), time.day])).toEqual([
      [['step_count', 'active_time'], '2024-03-30'],
    ]);
  });
});
