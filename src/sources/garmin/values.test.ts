import { join } from 'node:path';
import { expect, it } from 'vitest';
import { sourceKind } from '../index.ts';
import { itemsAt } from '../testing/read-all.ts';

const ana = join(import.meta.dirname, 'fixtures/ana');

it('a level of 0 is none, a count or duration of 0 is one, whatever is counted', async () => {
  const items = await itemsAt(sourceKind('garmin'), ana);
  const valuesOf = (id: string) =>
    items.flatMap((item) => (item.is === 'record' && item.record.type === 'event' && item.record.id === id ? [item.record.values] : []))[0];
  const day = valuesOf('day 2026-03-29');
  expect(day).toMatchObject({ abnormal_pulse_alerts: { value: 0, unit: '1' } });
  expect(day).not.toHaveProperty('min_avg_heart_rate');
  const workout = valuesOf('workout 20000000001');
  expect(workout).toMatchObject({ heart_rate_zone_5_duration: { value: 0, unit: 's' } });
  expect(workout).not.toHaveProperty('heart_rate_min');
});
