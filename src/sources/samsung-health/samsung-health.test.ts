import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Parsed } from '../../../schema/source.ts';
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
});
