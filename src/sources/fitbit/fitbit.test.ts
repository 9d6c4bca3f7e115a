import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Event, Sample } from '../../../schema/records.ts';
import type { Parsed } from '../../../schema/source.ts';
import { folderWith } from '../testing/folder.ts';
import { contextOf, driftingContext, itemsAt, readAll, tally } from '../testing/read-all.ts';
import { fitbit } from './index.ts';
import { massUnit } from './weight.ts';

const fixtures = join(import.meta.dirname, 'fixtures');

const samples = (items: Parsed[], signal?: string): Sample[] =>
  items.flatMap((item) => (item.is === 'sample' && (signal === undefined || item.sample.signal === signal) ? [item.sample] : []));
const events = (items: Parsed[]): Event[] =>
  items.flatMap((item) => (item.is === 'record' && item.record.type === 'event' ? [item.record] : []));
const nameOf = ({ signal, device, time, endMs, value }: Sample): string =>
  [signal, device, time.utc, time.zone, time.day, endMs, value].join(' ');

async function byFile(path = fixtures, context = contextOf()): Promise<Record<string, Parsed[]>> {
  const parts = await readAll(fitbit, path, context);
  return Object.fromEntries(parts.map(({ name, items }) => [name.slice(name.lastIndexOf('/') + 1), items]));
}

describe('an account export', () => {
  it('says of each entry what became of it', async () => {
    const { context, drift } = driftingContext();
    const items = (await readAll(fitbit, fixtures, context)).flatMap((part) => part.items);
    expect(tally(items)).toEqual({
      sample: 37,
      record: 20,
      'excluded file-not-used': 2,
      'excluded empty': 3,
      'excluded not-collected': 2,
      'quarantined bad-value': 2,
      'quarantined no-id': 1,
      'quarantined no-time': 1,
      'quarantined not-csv': 1,
    });
    expect(drift).toContainEqual({ kind: 'unknown-field', name: 'new' });
  });

  it('has daily totals that are the sums of its minutes, over a change of clocks too', async () => {
    const files = await byFile();
    const sums = new Map<string, number>();
    for (const { time, value } of samples(files['steps-2024-03-30.json'] ?? [])) sums.set(time.day, (sums.get(time.day) ?? 0) + value);
    const totals = events(files['fitbit-activities-steps-timeseries.json'] ?? []).map(({ time, values }) => [
      time.day,
      values.steps?.value,
    ]);
    expect(totals.length).toBe(3);
    expect([...sums]).toEqual(totals);
  });

  it('gives the rows of newer tables as the very samples of the JSON; other devices stay apart', async () => {
    const files = await byFile();
    for (const signal of ['steps', 'heart_rate', 'distance']) {
      const known = new Set(samples(files[`${signal}-2024-03-30.json`] ?? []).map(nameOf));
      const rows = samples(files[`${signal}_2024-03-30.csv`] ?? []);
      const [own, others] = [rows.filter(({ device }) => device === 'Fitbit'), rows.filter(({ device }) => device !== 'Fitbit')];
      expect(own.length).toBeGreaterThan(0);
      expect(own.filter((sample) => !known.has(nameOf(sample)))).toEqual([]);
      expect(others.map(({ device }) => device)).toEqual(
        signal === 'distance' ? [] : [signal === 'steps' ? 'Some Phone' : 'Apple Health Health Kit'],
      );
    }
  });

  it('names the same sleep and the same workout in every file', async () => {
    const files = await byFile();
    const ids = (name: string): string[] => events(files[name] ?? []).map(({ id }) => id);
    expect(ids('sleep-2024-03-01.json')).toEqual(['sleep 42000000001', 'sleep 42000000002']);
    expect(ids('sleep-2024-03-31.json')).toEqual(['sleep 42000000002']);
    const [, nap] = events(files['sleep-2024-03-01.json'] ?? []);
    expect(events(files['sleep-2024-03-31.json'] ?? [])).toEqual([nap]);
    expect(ids('UserSleeps_2024-03-30.csv')).toEqual(['sleep 42000000001']);
    expect([...ids('exercise-0.json'), ...ids('UserExercises_2024-03-30.csv')]).toEqual(['workout 7001', 'workout 7001']);
  });

  it('takes sleep for local time, and lets its duration say when it ended', async () => {
    const files = await byFile();
    const [night] = events(files['sleep-2024-03-01.json'] ?? []);
    expect(night?.time).toEqual({ utc: '2024-03-30T22:30:00.000Z', offset: 60, zone: 'stated', day: '2024-03-30' });
    expect(night?.end?.utc).toBe('2024-03-31T05:30:00.000Z');
    expect(night?.values).toMatchObject({
      stage_deep: { value: 80, unit: 'min' },
      stages: { value: '0 wake 600;600 light 1800' },
      short_wakes: { value: '2400 wake 30' },
    });
    const [row] = events(files['UserSleeps_2024-03-30.csv'] ?? []);
    expect(row?.time).toEqual(night?.time);
    expect(row?.end?.utc).toBe(night?.end?.utc);
  });

  it('converts units: miles, centimetres, and weights by the index of body mass', async () => {
    const files = await byFile();
    expect(events(files['exercise-0.json'] ?? [])[0]?.values.distance).toEqual({
      ...{ value: 3.1068559611866697 * 1609.344, unit: 'm' },
      original: { value: 3.1068559611866697, unit: 'Mile' },
    });
    const weights = events(files['weight-2024-03-30.json'] ?? []).map(({ values }) => values.body_mass);
    expect(weights).toEqual([
      { value: 154.3 * 0.453_592_37, unit: 'kg', original: { value: 154.3, unit: 'lb' } },
      { value: 70, unit: 'kg' },
    ]);
    expect(massUnit(70, 22.86, null)).toBe('kg');
    // 100 may be kilograms of somebody tall or pounds of somebody small: without a height nobody knows.
    expect(massUnit(100, 26, null)).toBe(null);
    expect(massUnit(100, 26, 196)).toBe('kg');
  });

  it('follows the declared zone, and refuses the export of another account', async () => {
    const declared = samples((await byFile(fixtures, contextOf({ zone: 'Asia/Tokyo' })))['steps-2024-03-30.json'] ?? []);
    expect(declared[3]?.time).toMatchObject({ utc: '2024-03-30T22:58:00.000Z', zone: 'declared', day: '2024-03-31' });
    const other = await itemsAt(fitbit, fixtures, contextOf({ account: 'someone@example.org' }));
    expect(Object.keys(tally(other)).sort()).toEqual(['excluded file-not-used', 'quarantined wrong-participant']);
    expect(tally(await itemsAt(fitbit, fixtures, contextOf({ account: 'Ana' }))).sample).toBe(36);
  });

  it('reads times as UTC where no profile and nobody says the zone', async () => {
    const path = await folderWith({ 'steps-2024-03-30.json': '[{"dateTime":"03/30/24 23:30:00","value":"5"}]' });
    expect(samples(await itemsAt(fitbit, path))[0]?.time).toEqual({
      utc: '2024-03-30T23:30:00.000Z',
      offset: 0,
      zone: 'kind',
      day: '2024-03-30',
    });
  });
});
