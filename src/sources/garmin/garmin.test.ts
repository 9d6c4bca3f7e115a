import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Parsed } from '../../../schema/source.ts';
import { sourceKind } from '../index.ts';
import { folderWith } from '../testing/folder.ts';
import { contextOf, driftingContext, itemsAt, readAll, tally } from '../testing/read-all.ts';
import { writeZip } from '../testing/write-zip.ts';

const garmin = sourceKind('garmin');
const fixtures = join(import.meta.dirname, 'fixtures');
const ana = join(fixtures, 'ana');
const ben = join(fixtures, 'ben');
const berlin = contextOf({ zone: 'Europe/Berlin' });
const events = (items: Parsed[]) => items.flatMap((item) => (item.is === 'record' && item.record.type === 'event' ? [item.record] : []));
const eventOf = async (path: string, id: string, context = contextOf()) =>
  events(await itemsAt(garmin, path, context)).find((event) => event.id === id);
const inDay = (day: object) => ({ 'UDSFile_2024-01-01_2024-04-10.json': JSON.stringify([day]) });

describe('an export of a Garmin account', () => {
  it('says of each entry and file what became of it', async () => {
    const { context, drift } = driftingContext();
    const parts = await readAll(garmin, fixtures, context);
    expect(parts.map(({ name, role, items }) => [role ?? name, tally(items)])).toEqual([
      ['blood-pressure', { record: 1, 'quarantined no-time': 1 }],
      ['hydration', { sample: 1, record: 1 }],
      ['day', { record: 2, 'excluded empty': 1, 'quarantined no-time': 1 }],
      ['activity', { record: 2, 'quarantined no-id': 1, 'quarantined wrong-shape': 1 }],
      ['vo2-max', { record: 1, 'excluded empty': 1 }],
      ['DI_CONNECT/DI-Connect-Wellness/10000001_heartRateZones.json', { 'excluded file-not-used': 1 }],
      ['body', { record: 3 }],
      ['snapshot', { record: 1 }],
      ['health', { record: 1, 'excluded empty': 1 }],
      ['sleep', { record: 2, 'excluded empty': 1, 'quarantined no-time': 1 }],
      ['customer_data/customer.json', { 'excluded file-not-used': 1 }],
      ['activity-list', { record: 1 }],
      ['day', { record: 1 }],
      ['sleep', { record: 1 }],
    ]);
    expect(drift).toContainEqual({ kind: 'unknown-field', name: 'shoeSize' });
    expect(drift).toContainEqual({ kind: 'changed-type', name: 'totalSteps' });
  });

  it('keeps no words of the participant, no places and nobody’s names', async () => {
    expect(JSON.stringify(await itemsAt(garmin, fixtures).then(events))).not.toMatch(
      /Secret|private|Hometown|coffee|FEMALE|latitude|longitude|52\.5/,
    );
  });
});

describe('a night', () => {
  it('has its stages, scores, breath, oxygen and naps', async () => {
    const night = await eventOf(ana, 'sleep 2026-03-29', berlin);
    expect(night).toMatchObject({
      event: 'sleep',
      time: { utc: '2026-03-28T22:30:00.000Z', offset: 60, day: '2026-03-28' },
      end: { utc: '2026-03-29T05:30:00.000Z', offset: 120 },
      version: null,
    });
    expect(night?.values).toMatchObject({
      deep_sleep_duration: { value: 4800, unit: 's' },
      rem_sleep_duration: { value: 5400, unit: 's' },
      awake_duration: { value: 600, unit: 's' },
      respiration_average: { value: 14.5, unit: '/min' },
      stress_average: { value: 17.25, unit: '1' },
      score_overall: { value: 84, unit: '1' },
      feedback: { value: 'POSITIVE_DEEP', unit: '1' },
      spo2_min: { value: 84, unit: '%' },
      heart_rate_average: { value: 51, unit: '/min' },
      naps: { value: '2026-03-29T12:05:00.000Z 1380' },
      nap_duration: { value: 1380, unit: 's' },
      calendar_date: { value: '2026-03-29' },
      retro: { value: 0 },
    });
  });

  it('has its times wrapped in exports of 2022, and no stage that the band did not know', async () => {
    const night = await eventOf(ben, 'sleep 2022-01-04');
    expect(night).toMatchObject({ time: { utc: '2022-01-04T05:10:00.000Z', zone: 'kind' }, end: { utc: '2022-01-04T12:40:00.000Z' } });
    expect(night?.values.rem_sleep_duration).toBeUndefined();
    expect(night?.values.retro).toEqual({ value: 1, unit: '1' });
  });
});

describe('a day', () => {
  it('begins and ends where UTC and the wall clock beside it say, over a change of clocks', async () => {
    expect(await eventOf(ana, 'day 2026-03-29')).toMatchObject({
      event: 'summary',
      time: { utc: '2026-03-28T23:00:00.000Z', offset: 60, zone: 'stated', day: '2026-03-29' },
      end: { utc: '2026-03-29T22:00:00.000Z', offset: 120 },
      version: '2026-03-31T00:00:00.000Z',
    });
    expect(await eventOf(ben, 'day 2022-01-04')).toMatchObject({ time: { offset: -360, day: '2022-01-04' } });
  });

  it('has its own resting heart rate beside the mean of the week', async () => {
    const values = (await eventOf(ana, 'day 2026-03-29'))?.values;
    expect(values).toMatchObject({
      steps: { value: 9123, unit: '1' },
      distance: { value: 7100, unit: 'm' },
      energy: { value: 2250, unit: 'kcal' },
      duration: { value: 82_800, unit: 's', original: { value: 82_800_000, unit: '' } },
      resting_heart_rate: { value: 50, unit: '/min' },
      resting_heart_rate_week: { value: 52, unit: '/min' },
      floors_ascended: { value: 30.48, unit: 'm' },
      vigorous_intensity_minutes: { value: 0, unit: 'min' },
      stress_total_average: { value: 29 },
      stress_total_intensity: { value: -9100 },
      stress_total_low_duration: { value: 14_400, unit: 's' },
      body_battery_highest: { value: 88 },
      respiration_waking_average: { value: 14, unit: '/min' },
      hydration_sweat_loss: { value: 310, unit: 'mL' },
    });
  });

  it('leaves out what levels below zero and heart rates of 0 mark as missing, and keeps a day of no steps', async () => {
    const values = (await eventOf(ana, 'day 2026-03-29'))?.values;
    for (const name of ['stress_asleep_average', 'spo2_min', 'respiration_latest']) expect(values).not.toHaveProperty(name);
    const old = (await eventOf(ben, 'day 2022-01-04'))?.values;
    expect(old).toEqual({ steps: { value: 0, unit: '1' }, energy: { value: 1980, unit: 'kcal' } });
  });

  it('is the same record in the next export, and a later version where it was restated', async () => {
    const day = { calendarDate: '2024-01-05', totalSteps: 100, version: 1704500000000 };
    const [first] = events(await itemsAt(garmin, await folderWith(inDay(day))));
    const [again] = events(await itemsAt(garmin, await folderWith({ 'a/UDSFile_2024-01-05_2024-04-14.json': JSON.stringify([day]) })));
    const [later] = events(await itemsAt(garmin, await folderWith(inDay({ ...day, totalSteps: 140, version: 1704600000000 }))));
    expect(again).toEqual(first);
    expect(later?.id).toBe(first?.id);
    expect((later?.version ?? '') > (first?.version ?? '')).toBe(true);
    const [counted] = events(await itemsAt(garmin, await folderWith(inDay({ ...day, version: 12 }))));
    expect(counted?.version).toBeNull();
  });

  it('of the wall clock alone follows the declared zone', async () => {
    const folder = await folderWith(inDay({ calendarDate: '2024-07-05T00:00:00.0', totalSteps: 1 }));
    expect(events(await itemsAt(garmin, folder, berlin))[0]).toMatchObject({
      time: { utc: '2024-07-04T22:00:00.000Z', day: '2024-07-05' },
    });
  });
});

describe('a workout', () => {
  it('is in centimetres, milliseconds and kilojoules, and has both its clocks', async () => {
    const run = await eventOf(ana, 'workout 20000000001');
    expect(run).toMatchObject({
      event: 'workout',
      time: { utc: '2026-03-29T08:30:00.000Z', offset: 120 },
      end: { utc: '2026-03-29T09:01:00.000Z', offset: 120 },
      device: 'Garmin 3900000001',
    });
    expect(run?.values).toMatchObject({
      activity: { value: 'running' },
      distance: { value: 5020, unit: 'm', original: { value: 502_000, unit: '' } },
      duration: { value: 1800, unit: 's', original: { value: 1_800_000, unit: '' } },
      elevation_gain: { value: 31, unit: 'm' },
      energy: { value: 350, unit: 'kcal', original: { value: 1466.5, unit: '' } },
      heart_rate_zone_2_duration: { value: 1200, unit: 's' },
      heart_rate_max: { value: 171, unit: '/min' },
    });
  });

  it('tells by distance and duration in which unit its speeds are', async () => {
    const speed = async (path: string, id: string) => (await eventOf(path, id))?.values.speed_average;
    expect(await speed(ana, 'workout 20000000001')).toEqual({ value: 2.7888, unit: 'm/s', original: { value: 0.27888, unit: '' } });
    expect(await speed(ben, 'workout 745000001')).toEqual({ value: 6.944, unit: 'm/s' });
    const folder = await folderWith({
      'x_summarizedActivities.json':
        '[{"summarizedActivitiesExport":[{"activityId":1,"startTimeGmt":1700000000000,"avgSpeed":3,"activityType":"other"}]}]',
    });
    expect(await speed(folder, 'workout 1')).toEqual({ value: 3, unit: '{unstated}' });
  });

  it('is none where the list is empty', async () => {
    const folder = await folderWith({
      'a@b.c_0_summarizedActivities.json': '[]',
      'a@b.c_1001_summarizedActivities.json': '[{"summarizedActivitiesExport":[]}]',
    });
    expect(tally(await itemsAt(garmin, folder))).toEqual({});
  });
});

describe('measures of the body', () => {
  it('are grams, and one weighing where the log repeats it', async () => {
    const found = events(await itemsAt(garmin, ana)).filter(({ id }) => /^(?:weight|body) /.test(id));
    expect(found.map(({ id }) => id)).toEqual(['weight 2026-03-29T06:20:00.000Z', 'body 1774767000000', 'weight 2026-03-29T06:20:00.000Z']);
    expect(found[0]).toEqual(found[2]);
    expect(found[0]?.values).toMatchObject({
      body_mass: { value: 61.5, unit: 'kg', original: { value: 61_500, unit: '' } },
      body_fat: { value: 24.1, unit: '%' },
      bone_mass: { value: 2.9, unit: 'kg' },
      entered_by: { value: 'INDEX_SCALE' },
    });
    expect(found[1]?.values).toEqual({
      height: { value: 168, unit: 'cm' },
      vo2_max_running: { value: 47, unit: 'mL/kg/min' },
      lactate_threshold_heart_rate: { value: 168, unit: '/min' },
    });
  });

  it('have a range only where the vendor has found one, and a deviation of 0 is one', async () => {
    expect((await eventOf(ana, 'health 2026-03-29'))?.values).toEqual({
      hrv: { value: 62, unit: 'ms' },
      hrv_status: { value: 'IN_RANGE', unit: '1' },
      hrv_percentage: { value: 58, unit: '%' },
      hrv_baseline_lower_limit: { value: 51, unit: 'ms' },
      hrv_baseline_upper_limit: { value: 74, unit: 'ms' },
      heart_rate: { value: 51, unit: '/min' },
      heart_rate_status: { value: 'ONBOARDING', unit: '1' },
      skin_temperature_deviation: { value: 0, unit: 'Cel' },
      skin_temperature_deviation_status: { value: 'IN_RANGE', unit: '1' },
      skin_temperature_deviation_baseline_lower_limit: { value: -0.4, unit: 'Cel' },
      skin_temperature_deviation_baseline_upper_limit: { value: 0.4, unit: 'Cel' },
    });
  });

  it('may have their time as an array', async () => {
    const measured = events(await itemsAt(garmin, ana, berlin)).find(({ values }) => values.systolic !== undefined);
    expect(measured).toMatchObject({
      time: { utc: '2026-03-29T05:15:40.000Z', offset: 120 },
      values: { diastolic: { value: 76, unit: 'mm[Hg]' } },
    });
  });

  it('tell water that was drunk from what a workout cost', async () => {
    const items = await itemsAt(garmin, ana, berlin);
    const [drink] = items.flatMap((item) => (item.is === 'sample' ? [item.sample] : []));
    expect(drink).toMatchObject({
      signal: 'dietary_water',
      unit: 'L',
      value: 0.25,
      original: { value: 250, unit: 'mL' },
      time: { utc: '2026-03-29T08:00:00.000Z' },
    });
    expect(events(items).find(({ values }) => values.sweat_loss_estimated)?.values.sweat_loss_estimated).toMatchObject({
      value: 0.31,
      unit: 'L',
    });
  });
});

describe('an export of another account', () => {
  it.each([['10000001'], ['ANA@example.org']])('is read under its own name %s', async (account) => {
    expect(tally(await itemsAt(garmin, ana, contextOf({ account })))).toEqual(tally(await itemsAt(garmin, ana)));
  });

  it('is quarantined without its content, by the number in its entries and the address in its names', async () => {
    const byNumber = await itemsAt(garmin, ana, contextOf({ account: '10000002' }));
    expect(Object.keys(tally(byNumber)).sort()).toEqual(['excluded file-not-used', 'quarantined wrong-participant']);
    const byAddress = await readAll(garmin, ana, contextOf({ account: 'ben@example.org' }));
    const workouts = byAddress.find(({ role }) => role === 'activity');
    expect(tally(workouts?.items ?? [])).toEqual({ 'quarantined wrong-participant': 4 });
    expect(workouts?.items.every((item) => item.is === 'quarantined' && item.raw.length === 0)).toBe(true);
  });
});

describe('recordings in an account export', async () => {
  const run = await readFile(join(import.meta.dirname, '../fit/fixtures/chained.fit'));
  const night = await readFile(join(ana, 'DI_CONNECT/DI-Connect-Wellness/2026-02-10_2026-05-21_10000001_sleepData.json'));
  const uploads = writeZip([
    { name: 'ana@example.org_70000000001.fit', content: run },
    { name: 'ana@example.org_70000000002.tcx', content: '<x/>' },
  ]);
  const files = {
    'DI_CONNECT/DI-Connect-Wellness/2026-02-10_2026-05-21_10000001_sleepData.json': night,
    'DI_CONNECT/DI-Connect-Uploaded-Files/UploadedFiles_0-_Part1.zip': uploads,
    'DI_CONNECT/DI-Connect-Uploaded-Files/UploadedFiles_0-_Part2.zip': Buffer.from('PK, but no zip'),
    'DI_CONNECT/DI-Connect-Uploaded-Files/UploadedFiles_0-_Part3.zip': Buffer.alloc(0),
    'DI_CONNECT/DI-Connect-User/other.zip': Buffer.from('PK, but no zip'),
  };
  const zipped = writeZip(Object.entries(files).map(([name, content]) => ({ name, content })));
  const all = {
    record: 6,
    'excluded empty': 1,
    'excluded not-collected': 2,
    'excluded file-not-used': 2,
    'quarantined no-time': 1,
    'quarantined zip-broken': 1,
    'quarantined file-empty': 1,
  };

  it.each([
    ['zipped', { 'account.zip': zipped }],
    ['unpacked', files],
    ['unpacked below another folder', Object.fromEntries(Object.entries(files).map(([name, bytes]) => [`0a1b2c_1/${name}`, bytes]))],
  ])('are read where it is %s, and a zip of them that is broken is told', async (_, given) => {
    const parts = await readAll(garmin, await folderWith(given as Record<string, Buffer>));
    expect(tally(parts.flatMap(({ items }) => items))).toEqual(all);
    for (const part of parts) expect([part.name, part.accounted, part.recounted]).toEqual([part.name, part.counted, part.counted]);
  });

  it('are the same records as of the kind of their format, which leaves the lists alone', async () => {
    const folder = await folderWith({ 'account.zip': zipped });
    const own = events(await itemsAt(garmin, folder)).filter(({ id }) => !id.startsWith('sleep '));
    const items = await itemsAt(sourceKind('fit'), folder);
    expect(events(items)).toEqual(own);
    expect(tally(items)).toEqual({ record: 4, 'excluded not-collected': 2, 'excluded file-not-used': 5 });
  });
});
