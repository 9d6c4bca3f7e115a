import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Parsed } from '../../../schema/source.ts';
import { folderWith } from '../testing/folder.ts';
import { driftingContext, itemsAt, readAll, tally } from '../testing/read-all.ts';
import { oura } from './index.ts';

const fixtures = join(import.meta.dirname, 'fixtures');
const events = (items: Parsed[]) => items.flatMap((item) => (item.is === 'record' && item.record.type === 'event' ? [item.record] : []));

describe('an export of Oura', () => {
  it('reads the table of trends, a row a day', async () => {
    const header = 'date,Sleep Score,Average HRV,Temperature Deviation (°C),Bedtime Start';
    const rows = '2020-01-02,85,65.0,-0.12,2020-01-01T23:12:41.000+02:00\n2020-01-03,,,,\n';
    const folder = await folderWith({ 'oura_2020-01-01_2020-12-31_trends.csv': `${header}\n${rows}` });
    const items = await itemsAt(oura, folder);
    expect(tally(items)).toEqual({ record: 1, 'excluded empty': 1 });
    expect(events(items)[0]).toMatchObject({ event: 'summary', time: { day: '2020-01-02' } });
    expect(events(items)[0]?.values).toEqual({
      sleep_score: { value: 85, unit: '%' },
      average_hrv: { value: 65, unit: 'ms' },
      temperature_deviation_c: { value: -0.12, unit: 'Cel' },
    });
  });

  it('reads answers of the API by type in one document', async () => {
    const folder = await folderWith({
      'oura_all.json':
        '{"daily_sleep":{"data":[{"id":"x","day":"2022-07-14","score":80}],"next_token":null},"heartrate":{"data":[{"bpm":60,"timestamp":"2022-07-14T01:00:00Z"}]}}',
    });
    expect(tally(await itemsAt(oura, folder))).toEqual({ record: 1, sample: 1 });
  });

  it('says of each document what became of it', async () => {
    const { context, drift } = driftingContext();
    const parts = await readAll(oura, fixtures, context);
    expect(Object.fromEntries(parts.map(({ name, items }) => [name, tally(items)]))).toEqual({
      'daily_activity.json': { record: 1, sample: 1 },
      'dailyreadiness.csv': { record: 1, 'excluded empty': 1 },
      'heartrate.json': { sample: 1, 'excluded empty': 2, 'quarantined no-time': 1 },
      'oura_2024-04-01.json': { record: 3, 'quarantined no-time': 1, 'excluded not-collected': 1 },
      'personal_info.json': { 'excluded file-not-used': 1 },
      'ringbatterylevel.json': { sample: 2 },
      'sleep.json': { record: 1 },
      'tag.csv': { record: 1 },
    });
    expect(drift.map(({ name }) => name)).toContain('bedtime');
  });

  it('says when the ring was in its charger, and of a day in a drawer nothing else', async () => {
    const samples = (await itemsAt(oura, fixtures)).flatMap((item) => (item.is === 'sample' ? [item.sample] : []));
    expect(
      samples.filter(({ signal }) => signal !== 'heart_rate').map(({ signal, value, unit, time }) => [signal, value, unit, time.utc]),
    ).toEqual([
      ['off_wrist', 1, '1', '2024-04-04T02:00:00.000Z'],
      ['charging', 0.35, '1', '2024-04-02T21:00:00.000Z'],
      ['battery_level', 98, '%', '2024-04-02T23:00:00.000Z'],
    ]);
  });

  it('leaves out what 0 and null mark as missing, and keeps a deviation of 0', async () => {
    const night = events(await itemsAt(oura, fixtures)).find(({ event }) => event === 'sleep');
    expect(night).toMatchObject({ id: 'sleep aaaa-1', time: { utc: '2024-03-30T22:30:00.000Z', offset: 60 }, end: { offset: 120 } });
    expect(night?.values).toEqual({
      total_sleep_duration: { value: 22_800, unit: 's' },
      deep_sleep_duration: { value: 4800, unit: 's' },
      average_heart_rate: { value: 55.5, unit: '/min' },
      efficiency: { value: 91, unit: '%' },
      type: { value: 'long_sleep', unit: '1' },
      low_battery_alert: { value: 0, unit: '1' },
      heart_rate_interval: { value: 300, unit: 's' },
      heart_rate_items: { value: '61,,59', unit: '/min' },
      sleep_phase_5_min: { value: '4221', unit: '1' },
      readiness_score: { value: 80, unit: '%' },
      contributors_sleep_balance: { value: 77, unit: '%' },
      readiness_temperature_deviation: { value: 0, unit: 'Cel' },
    });
  });

  it('reads objects in cells, and keeps no words of tags', async () => {
    const found = events(await itemsAt(oura, fixtures));
    expect(found.find(({ id }) => id === 'dailyreadiness r1')?.values).toEqual({
      contributors_activity_balance: { value: 78, unit: '%' },
      score: { value: 82, unit: '%' },
      temperature_deviation: { value: -0.1, unit: 'Cel' },
    });
    expect(found.find(({ event }) => event === 'tag')?.values).toEqual({ tags: { value: 'tag_generic_coffee', unit: '1' } });
    expect(JSON.stringify(found)).not.toMatch(/secret|private/);
  });
});
