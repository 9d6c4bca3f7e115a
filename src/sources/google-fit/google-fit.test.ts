import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Parsed } from '../../../schema/source.ts';
import { contextOf, driftingContext, itemsAt, readAll, tally } from '../testing/read-all.ts';
import { googleFit } from './index.ts';

const fixtures = join(import.meta.dirname, 'fixtures');
const events = (items: Parsed[]) => items.flatMap((item) => (item.is === 'record' && item.record.type === 'event' ? [item.record] : []));

describe('the folder of Google Fit', () => {
  it('says of each unit what became of it', async () => {
    const { context, drift } = driftingContext();
    const parts = await readAll(googleFit, fixtures, context);
    expect(parts.find(({ name }) => name.includes('respiratory_rate'))).toMatchObject({ role: 'points', counted: 0 });
    expect(tally(parts.flatMap((part) => part.items))).toEqual({
      record: 10,
      sample: 3,
      'excluded empty': 3,
      'excluded not-collected': 1,
      'quarantined bad-value': 1,
      'quarantined no-time': 1,
      'quarantined wrong-shape': 1,
    });
    expect(drift).toEqual([{ kind: 'unknown-field', name: 'brain.waves' }]);
  });

  it('keeps the stream as the device, and times to the millisecond', async () => {
    const [steps] = (await itemsAt(googleFit, fixtures)).flatMap((item) =>
      item.is === 'sample' && item.sample.signal === 'steps' ? [item.sample] : [],
    );
    expect(steps).toMatchObject({ value: 8, device: 'raw:com.google.step_count.delta:com.example:walk [1]', endMs: 1_714_500_060_000 });
    expect(steps?.time.utc).toBe('2024-04-30T18:00:00.000Z');
  });

  it('takes offsets from names of sessions and from cells, in any language', async () => {
    const found = events(await itemsAt(googleFit, fixtures, contextOf({ zone: 'Europe/Helsinki' })));
    const biking = found.find(({ event }) => event === 'workout');
    expect(biking).toMatchObject({
      time: { offset: 180, zone: 'stated' },
      values: { energy: { value: 48, unit: 'kcal' }, distance: { unit: 'm' } },
    });
    const last = found.find(({ id }) => id === 'quarter 2024-05-21T20:45:00.000Z');
    expect(last?.end?.utc).toBe('2024-05-21T21:00:00.000Z');
    expect(last?.values).toEqual({
      kalorien: { value: 18.25, unit: 'kcal' },
      entfernung: { value: 120.5, unit: 'm' },
      schrittzahl: { value: 160, unit: '1' },
    });
  });

  it('has sums of quarters that are the totals of the day', async () => {
    const found = events(await itemsAt(googleFit, fixtures));
    const sum = (name: string) =>
      found.filter(({ id }) => id.startsWith('quarter')).reduce((total, { values }) => total + Number(values[name]?.value ?? 0), 0);
    const day = found.find(({ id }) => id === 'day 2024-05-21T00:00:00.000Z');
    expect([sum('schrittzahl'), sum('entfernung')]).toEqual([day?.values.schrittzahl?.value, day?.values.entfernung?.value]);
  });

  it('leaves out what stands for nothing measured, and where somebody was', async () => {
    const found = events(await itemsAt(googleFit, fixtures));
    const summary = found.find(({ values }) => values.heart_rate_max !== undefined);
    expect(summary?.values).toEqual({ heart_rate_max: { value: 82, unit: '/min' }, heart_rate_min: { value: 73, unit: '/min' } });
    expect(found.flatMap(({ values }) => Object.keys(values)).filter((name) => name.includes('breitengrad'))).toEqual([]);
  });
});
