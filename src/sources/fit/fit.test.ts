import { join } from 'node:path';
import { expect, it } from 'vitest';
import { Clock } from '../reading/clock.ts';
import { contextOf, driftingContext, itemsAt, readAll, tally } from '../testing/read-all.ts';
import { fit } from './index.ts';
import { messageOutcome } from './to-record.ts';

const fixtures = join(import.meta.dirname, 'fixtures');

it('reads activities, levels, compressed times and fields of apps', async () => {
  const { context, drift } = driftingContext();
  const items = await itemsAt(fit, join(fixtures, 'activity.fit'), context);
  expect(tally(items)).toEqual({
    record: 4,
    sample: 3,
    'excluded not-collected': 4,
    'excluded identity': 1,
    'excluded empty': 1,
    'quarantined no-time': 1,
  });
  const samples = items.flatMap((item) => (item.is === 'sample' ? [item.sample] : []));
  expect(samples.map(({ signal, unit, value, time }) => [signal, unit, value, time.utc])).toEqual([
    ['heart_rate', '/min', 62, '2024-11-20T02:40:03.000Z'],
    ['heart_rate', '/min', 63, '2024-11-20T02:40:05.000Z'],
    ['stress_level_value', '1', 33, '2024-11-20T02:41:20.000Z'],
  ]);
  expect(samples[0]?.device).toBe('garmin fr945 1234567');
  const events = items.flatMap((item) => (item.is === 'record' && item.record.type === 'event' ? [item.record] : []));
  expect(events[0]?.values).toMatchObject({ heart_rate: { value: 60, unit: '/min' }, enhanced_speed: { value: 2.5, unit: 'm/s' } });
  expect(events[2]).toMatchObject({ event: 'workout', values: { sport: { value: 'running' }, total_distance: { value: 150, unit: 'm' } } });
  expect(events[2]?.end?.utc).toBe('2024-11-20T02:41:00.000Z');
  expect(events[3]?.values['app.strain']).toEqual({ value: -7, unit: '%' });
  expect(drift).toEqual([{ kind: 'unknown-field', name: 'message 65280' }]);
});

it('reads chains, and of broken files all that comes before the break', async () => {
  const parts = await readAll(fit, fixtures);
  const found = Object.fromEntries(parts.map((part) => [part.name, tally(part.items)]));
  const whole = { record: 2, 'excluded not-collected': 1 };
  expect(found).toMatchObject({
    'chained.fit': { record: 4, 'excluded not-collected': 2 },
    'no-length.fit': whole,
    'trailing.fit': { ...whole, 'quarantined part-unreadable': 1 },
    'truncated.fit': { record: 1, 'excluded not-collected': 1, 'quarantined part-unreadable': 1 },
    'undefined-message.fit': { record: 2, 'excluded not-collected': 2, 'quarantined part-unreadable': 1 },
    'wrong-sum.fit': { ...whole, 'quarantined part-unreadable': 1 },
  });
  const breaks = parts.flatMap((part) => part.items.flatMap((item) => (item.is === 'quarantined' ? [[part.name, item.field]] : [])));
  expect(breaks).toEqual([
    ['activity.fit', 'time'],
    ['trailing.fit', 'byte 93'],
    ['truncated.fit', 'byte 79'],
    ['undefined-message.fit', 'byte 49'],
    ['wrong-sum.fit', 'checksum'],
  ]);
});

it('gives the same ids when a file comes again', async () => {
  const ids = async (): Promise<string[]> =>
    (await itemsAt(fit, join(fixtures, 'chained.fit'))).flatMap((item) => (item.is === 'record' ? [item.record.id] : []));
  const first = await ids();
  expect(await ids()).toEqual(first);
  // Both files of the chain hold the same two messages.
  expect(new Set(first).size).toBe(2);
});

it('says when the watch was off the wrist or charging, and of other levels below zero nothing', () => {
  const stressLevelTime = new Date('2024-11-20T02:41:20.000Z');
  const stamp = (stressLevelTime.getTime() - Date.UTC(1989, 11, 31)) / 1000;
  const facts = { clock: new Clock(contextOf()), device: 'garmin', apps: new Map(), before: null };
  const outcomes = [
    { name: 'stressLevel', fields: { stressLevelValue: -1, stressLevelTime } },
    { name: 'stressLevel', fields: { stressLevelValue: -2, stressLevelTime } },
    { name: 'spo2Data', fields: { readingSpo2: 0, mode: 'offWrist' } },
    { name: 'deviceInfo', fields: { deviceIndex: 'creator', batteryStatus: 'charging' } },
    { name: 'deviceInfo', fields: { deviceIndex: 3, batteryStatus: 'charging' } },
  ].map((decoded) => messageOutcome(227, decoded, stamp, facts));
  expect(
    outcomes.map((outcome) => (outcome.is === 'sample' ? outcome.sample.signal : outcome.is === 'excluded' ? outcome.reason : '')),
  ).toEqual([...['off_wrist', 'empty', 'off_wrist', 'charging', 'not-collected']]);
});
