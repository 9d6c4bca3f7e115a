import { join } from 'node:path';
import { expect, it } from 'vitest';
import { contextOf, itemsAt, readAll, tally } from '../testing/read-all.ts';
import { radarBase } from './index.ts';

const fixtures = join(import.meta.dirname, 'fixtures', 'study');

it('says of each topic what became of its records', async () => {
  const parts = await readAll(radarBase, fixtures, contextOf({ account: 'user-1' }));
  expect(parts.map((part) => tally(part.items))).toEqual([
    { record: 1, 'quarantined not-json': 1 },
    { sample: 1, 'excluded other-person': 1, 'quarantined no-time': 1, 'quarantined future-time': 1, 'excluded empty': 1 },
    { sample: 1, record: 1 },
    { record: 1 },
    { record: 1 },
    { sample: 1 },
    { 'excluded not-collected': 1 },
    { sample: 1 },
    { record: 2, 'excluded empty': 1 },
    { record: 2, 'excluded empty': 1, 'excluded other-person': 2 },
    { 'excluded file-not-used': 1 },
  ]);
});

it('reads times, units and answers in both forms', async () => {
  const items = await itemsAt(radarBase, fixtures);
  const samples = items.flatMap((item) => (item.is === 'sample' ? [item.sample] : []));
  expect(samples.map(({ signal, unit, value, time, endMs }) => [signal, unit, value, time.utc, endMs - Date.parse(time.utc)])).toEqual([
    ['eda', 'uS', 0.31, '2024-03-05T08:00:00.250Z', 0],
    ['charging', '1', 0.4, '2024-03-05T08:00:00.000Z', 0],
    ['off_wrist', '1', 1, '2024-03-05T16:00:00.000Z', 64 * 3_600_000],
    ['heart_rate', '/min', 64, '2024-03-05T08:00:00.000Z', 60_000],
  ]);
  const records = items.flatMap((item) => (item.is === 'record' ? [item.record] : []));
  const reports = records.flatMap((record) => (record.type === 'self-report' ? [record] : []));
  expect(reports.map(({ instrument, item, value, time }) => [instrument, item, value, time.utc])).toEqual([
    ['ESM', 'esm_1', 5, '2024-03-05T08:00:05.500Z'],
    ['ESM', 'esm_2', 'at home', '2024-03-05T08:00:06.000Z'],
    ['PHQ8', 'phq8_1', 2, '2024-03-05T08:00:10.000Z'],
    ['PHQ8', 'phq8_2', 1, '2024-03-05T08:00:20.000Z'],
  ]);
  expect(records[0]).toMatchObject({ type: 'event', values: { x: { value: 0.1, unit: '[g]' }, y: { value: -0.98, unit: '[g]' } } });
  expect(records.find((record) => record.type === 'event' && record.event === 'call')).toMatchObject({
    end: { utc: '2024-03-05T08:01:01.000Z' },
  });
});
