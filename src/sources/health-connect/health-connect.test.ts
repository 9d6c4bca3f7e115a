import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Parsed } from '../../../schema/source.ts';
import { folderWith } from '../testing/folder.ts';
import { itemsAt, readAll, tally } from '../testing/read-all.ts';
import { healthConnect } from './index.ts';
import { tableName } from './records.ts';

const fixtures = join(import.meta.dirname, 'fixtures');
/** Items of the dumped tables; the database has tests of its own. */
const dumped = async () => (await readAll(healthConnect, fixtures)).filter(({ role }) => role !== 'database').flatMap(({ items }) => items);
const samples = (items: Parsed[]) => items.flatMap((item) => (item.is === 'sample' ? [item.sample] : []));
const events = (items: Parsed[]) => items.flatMap((item) => (item.is === 'record' && item.record.type === 'event' ? [item.record] : []));

describe('tables of Health Connect', () => {
  it('say of each row what became of it', async () => {
    const parts = await readAll(healthConnect, fixtures);
    expect(Object.fromEntries(parts.map(({ name, items }) => [name, tally(items)]))).toEqual({
      'application_info_table.csv': { 'excluded file-not-used': 1 },
      'health_connect_export.db': { sample: 7, record: 3, 'excluded empty': 2, 'excluded not-collected': 10 },
      'health_connect_export.json': { sample: 1, record: 4, 'excluded not-collected': 1 },
      'heart_rate_record_series_table.csv': { sample: 2, 'quarantined bad-value': 1 },
      'steps_record_table.csv': { sample: 2, 'quarantined bad-value': 1, 'quarantined no-time': 1 },
      'weight_record_table.csv': { sample: 1, 'excluded empty': 1 },
    });
  });

  it('convert grams and calories, and offsets from seconds', async () => {
    const found = samples(await dumped());
    expect(found.find(({ signal }) => signal === 'body_mass')).toMatchObject({
      value: 70.1255,
      unit: 'kg',
      time: { offset: 330, zone: 'stated' },
    });
    expect(found.find(({ signal }) => signal === 'energy')).toMatchObject({ value: 85.5, unit: 'kcal', time: { offset: -210 } });
    expect(found.filter(({ signal }) => signal === 'steps').map(({ device, value }) => [device, value])).toEqual([
      ['app 3', 55],
      ['app 4', 52],
    ]);
  });

  it('make events of sleep, stages, workouts and blood pressure', async () => {
    const found = events(await dumped());
    expect(found.map(({ event, values }) => [event, values])).toEqual([
      ['sleep', { duration: { value: 480, unit: 'min' } }],
      ['sleep', { stage: { value: 'light', unit: '1' }, duration: { value: 30, unit: 'min' } }],
      [
        'other',
        {
          blood_pressure_systolic: { value: 121, unit: 'mm[Hg]' },
          blood_pressure_diastolic: { value: 79.5, unit: 'mm[Hg]' },
          body_position: { value: 2, unit: '1' },
        },
      ],
      ['workout', { exercise_type: { value: 56, unit: '1' }, duration: { value: 60, unit: 'min' } }],
    ]);
    expect(found[0]).toMatchObject({ id: 'sleep_session 0123456789abcdef', version: '2024-03-30T09:01:40.000Z' });
  });

  it('are known by both ways of writing their names', () => {
    expect(['StepsRecordTable', 'steps_record_table', 'heart_rate_record_series_table', 'sleep_stages_table'].map(tableName)).toEqual([
      'steps',
      'steps',
      'heart_rate_series',
      'sleep_stages',
    ]);
  });

  it('of apps that read the platform have other names, and masses in units that nobody says', async () => {
    const span = { startTime: '2024-01-01T10:00:00Z', endTime: '2024-01-01T10:01:00Z' };
    const folder = await folderWith({
      'StepsRecord.csv': 'startTime,endTime,count\n2024-01-01T10:00:00Z,2024-01-01T10:01:00Z,5\n',
      'steps.json': JSON.stringify([{ ...span, count: 7 }]),
      'active_calories_burned.json': JSON.stringify([{ ...span, energy: 7 }]),
    });
    const items = await itemsAt(healthConnect, folder);
    expect(samples(items).map(({ signal, value, time }) => [signal, value, time.utc])).toEqual([
      ['steps', 5, '2024-01-01T10:00:00.000Z'],
      ['steps', 7, '2024-01-01T10:00:00.000Z'],
    ]);
    expect(tally(items)).toEqual({ sample: 2, 'excluded not-collected': 1 });
  });
});
