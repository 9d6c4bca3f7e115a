import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Parsed } from '../../../schema/source.ts';
import { folderWith } from '../testing/folder.ts';
import { contextOf, itemsAt, readAll, tally } from '../testing/read-all.ts';
import { polar } from './index.ts';

const fixtures = join(import.meta.dirname, 'fixtures');
const berlin = contextOf({ zone: 'Europe/Berlin' });
const samples = (items: Parsed[]) => items.flatMap((item) => (item.is === 'sample' ? [item.sample] : []));
const events = (items: Parsed[]) => items.flatMap((item) => (item.is === 'record' && item.record.type === 'event' ? [item.record] : []));

describe('an export of Polar Flow', () => {
  it('says of each sample, night and document what became of it', async () => {
    const parts = await readAll(polar, fixtures);
    expect(Object.fromEntries(parts.map(({ role, name, items }) => [role ?? name, tally(items)]))).toEqual({
      'account-data-abc.json': { 'excluded file-not-used': 1 },
      activity: { sample: 3, record: 1 },
      'day-heart-rate': { sample: 1, 'excluded empty': 1, 'quarantined no-time': 1 },
      night: { record: 1, 'quarantined no-time': 1 },
      pulse: { sample: 1 },
      session: { sample: 2, record: 1, 'excluded empty': 2, 'excluded not-collected': 1, 'quarantined no-time': 1 },
      sleep: { record: 1 },
    });
  });

  it('takes times for local ones: by the session’s offset, else by the declared zone, over a change of clocks', async () => {
    const found = samples(await itemsAt(polar, fixtures, berlin));
    expect(found.find(({ signal }) => signal === 'speed')).toMatchObject({
      value: 3,
      unit: 'm/s',
      time: { utc: '2024-03-30T09:00:00.000Z', offset: 60 },
    });
    expect(found[0]).toMatchObject({
      value: 52,
      device: 'Polar 0A1B',
      time: { utc: '2024-03-31T08:00:00.000Z', offset: 120, day: '2024-03-31' },
    });
    expect(found.find(({ signal }) => signal === 'ibi')).toMatchObject({
      value: 0.912,
      unit: 's',
      time: { utc: '2024-03-31T00:00:00.125Z' },
    });
  });

  it('has totals of the day that are the sums of its minutes', async () => {
    const items = await itemsAt(polar, fixtures, berlin);
    const steps = samples(items).filter(({ signal }) => signal === 'steps');
    const day = events(items).find(({ id }) => id === 'day 2024-03-31');
    expect(steps.reduce((sum, { value }) => sum + value, 0)).toBe(day?.values.step_count?.value);
  });

  it('makes a workout of the session, and sleep of the night', async () => {
    const found = events(await itemsAt(polar, fixtures, berlin));
    const workout = found.find(({ event }) => event === 'workout');
    expect(workout?.values).toEqual({
      sport: { value: 'RUNNING', unit: '1' },
      distance: { value: 5000.5, unit: 'm' },
      duration: { value: 1800, unit: 's' },
      maximum_heart_rate: { value: 171, unit: '/min' },
      average_heart_rate: { value: 140, unit: '/min' },
      kilo_calories: { value: 320, unit: 'kcal' },
    });
    const night = found.find(({ event }) => event === 'sleep');
    expect(night).toMatchObject({ id: 'sleep 2024-03-31', time: { offset: 60 }, end: { offset: 120 } });
    expect(night?.values).toMatchObject({ asleep_duration: { value: 25_200, unit: 's' }, stages: { value: '0 WAKE;300 NONREM2' } });
  });

  it('reads how active somebody was on a day, level by level', async () => {
    const summary = { stepCount: 8000, activityLevels: [{ level: 'LOW', duration: 'PT1H40S' }] };
    const folder = await folderWith({ 'activity-2024-03-30-x.json': JSON.stringify({ date: '2024-03-30', summary, samples: {} }) });
    expect(events(await itemsAt(polar, folder, berlin)).map(({ id, values }) => [id, values])).toEqual([
      ['level 2024-03-30 LOW', { level: { value: 'LOW', unit: '1' }, duration: { value: 3640, unit: 's' } }],
      ['day 2024-03-30', { step_count: { value: 8000, unit: '1' } }],
    ]);
  });
});
