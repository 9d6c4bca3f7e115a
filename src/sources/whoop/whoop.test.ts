import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { itemsAt, readAll, tally } from '../testing/read-all.ts';
import { whoop } from './index.ts';
import { offsetOf } from './row.ts';

const fixtures = join(import.meta.dirname, 'fixtures');

describe('an export of WHOOP', () => {
  it('says of each row what became of it', async () => {
    const parts = await readAll(whoop, fixtures);
    expect(Object.fromEntries(parts.map(({ name, items }) => [name, tally(items)]))).toEqual({
      'journal_entries.csv': { record: 2, 'excluded empty': 1, 'quarantined bad-value': 1 },
      'physiological_cycles.csv': { record: 2, 'quarantined no-time': 1 },
      'readme.txt': { 'excluded file-not-used': 1 },
      'sleeps.csv': { record: 1, 'excluded empty': 1 },
      'workouts.csv': { record: 1 },
    });
  });

  it('takes times for local ones, with the offset beside them; the last cycle is open', async () => {
    expect(['UTC-04:00', 'UTCZ', 'GMT-5', '+01:00', 'UTC', 'somewhere', ''].map(offsetOf)).toEqual([
      -240,
      0,
      -300,
      60,
      0,
      'unreadable',
      null,
    ]);
    const records = (await itemsAt(whoop, fixtures)).flatMap((item) => (item.is === 'record' ? [item.record] : []));
    const cycle = records.find((record) => record.type === 'event' && record.event === 'summary');
    expect(cycle).toMatchObject({ time: { utc: '2026-07-27T03:52:10.000Z', offset: -240, zone: 'stated', day: '2026-07-26' }, end: null });
    expect(cycle).toMatchObject({ values: { resting_heart_rate: { value: 59, unit: '/min' }, recovery_score: { value: 41, unit: '%' } } });
    expect(JSON.stringify(cycle)).not.toContain('blood_oxygen');
  });

  it('makes self-reports of the journal, without notes', async () => {
    const reports = (await itemsAt(whoop, fixtures)).flatMap((item) =>
      item.is === 'record' && item.record.type === 'self-report' ? [item.record] : [],
    );
    expect(reports.map(({ instrument, item, value }) => [instrument, item, value])).toEqual([
      ['WHOOP journal', 'Have any caffeine?', 1],
      ['WHOOP journal', 'Hydrated, sufficiently?', 0],
    ]);
    expect(JSON.stringify(reports)).not.toContain('private');
  });
});
