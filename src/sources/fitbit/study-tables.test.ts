import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Event, Sample } from '../../../schema/records.ts';
import type { Parsed } from '../../../schema/source.ts';
import { folderWith } from '../testing/folder.ts';
import { contextOf, itemsAt, readAll, tally } from '../testing/read-all.ts';
import { fitbit } from './index.ts';

const samplesIn = (items: Parsed[]): Sample[] => items.flatMap((item) => (item.is === 'sample' ? [item.sample] : []));
const eventsIn = (items: Parsed[]): Event[] =>
  items.flatMap((item) => (item.is === 'record' && item.record.type === 'event' ? [item.record] : []));

const STUDY: Readonly<Record<string, string>> = {
  'heartrate_seconds_merged.csv': 'Id,Time,Value\n100,4/12/2016 7:21:05 AM,97\n200,4/12/2016 7:21:10 AM,80\n',
  'hourlySteps_merged.csv': 'Id,ActivityHour,StepTotal\n100,4/12/2016 12:00:00 AM,373\n100,4/12/2016 1:00:00 PM,160\n',
  'minuteSleep_merged.csv': 'Id,date,value,logId\n100,4/12/2016 2:47:30 AM,3,11380564589\n',
  'minuteMETsNarrow_merged.csv': 'Id,ActivityMinute,METs\n100,4/12/2016 12:00:00 AM,12\n',
  'weightLogInfo_merged.csv':
    'Id,Date,WeightKg,WeightPounds,Fat,BMI,IsManualReport,LogId\n100,5/2/2016 11:59:59 PM,52.5,115.7,22,22.6,True,1462233599000\n',
  'dailyActivity_merged.csv': 'Id,ActivityDate,TotalSteps,TotalDistance,SedentaryMinutes,Calories\n100,4/12/2016,13162,8.5,728,1985\n',
  'minuteStepsWide_merged.csv': 'Id,ActivityHour,Steps00,Steps01\n100,4/12/2016 12:00:00 AM,1,2\n',
};

describe('tables of a study', () => {
  it('reads one of its people, by local clocks of twelve hours', async () => {
    const items = await itemsAt(fitbit, await folderWith(STUDY), contextOf({ account: '100', zone: 'America/New_York' }));
    expect(tally(items)).toEqual({ sample: 5, record: 2, 'excluded other-person': 1, 'excluded file-not-used': 1 });
    expect(samplesIn(items).map(({ signal, value, time, endMs }) => [signal, value, time.utc, endMs - Date.parse(time.utc)])).toEqual([
      ['heart_rate', 97, '2016-04-12T11:21:05.000Z', 0],
      ['steps_hourly', 373, '2016-04-12T04:00:00.000Z', 3_600_000],
      ['steps_hourly', 160, '2016-04-12T17:00:00.000Z', 3_600_000],
      ['metabolic_equivalent', 1.2, '2016-04-12T04:00:00.000Z', 60_000],
      ['sleep_level', 3, '2016-04-12T06:47:30.000Z', 60_000],
    ]);
    expect(eventsIn(items).map(({ event, time, values }) => [event, time.day, values])).toEqual([
      [
        'summary',
        '2016-04-12',
        {
          total_steps: { value: 13_162, unit: '1' },
          total_distance: { value: 8500, unit: 'm', original: { value: 8.5, unit: 'km' } },
          sedentary_minutes: { value: 728, unit: 'min' },
          calories: { value: 1985, unit: 'kcal' },
        },
      ],
      [
        'other',
        '2016-05-02',
        {
          body_mass: { value: 52.5, unit: 'kg' },
          body_mass_index: { value: 22.6, unit: 'kg/m2' },
          body_fat: { value: 22, unit: '%' },
          is_manual: { value: 'True', unit: '1' },
        },
      ],
    ]);
  });

  it('mixes nobody where several people stand in it and none was declared', async () => {
    const items = await itemsAt(fitbit, await folderWith(STUDY));
    expect(tally(items)).toEqual({ 'quarantined wrong-participant': 8, 'excluded file-not-used': 1 });
    const one = await itemsAt(fitbit, await folderWith({ 'steps of one.csv': 'ActivityMinute,Steps\n4/12/2016 12:00:00 AM,5\n' }));
    expect(tally(one)).toEqual({ sample: 1 });
  });

  it('reads tables whose columns were renamed, and whose day and hour spreadsheets have parted', async () => {
    const folder = await folderWith({
      'hours.csv': 'Id,ActivityDate,ActivityHour,TotalIntensity\n100,4/12/16,1:00 PM,8\n',
      'more hours.csv': 'Id,ActivityHour,Time,StepTotal\n100,3/12/2016 0:00,5:00:00 PM,7\n',
      'nights.csv': '"","id","sleep_day","total_minutes_asleep"\n"1",100,2016-04-12,327\n"2",100,2016-04-13,NA\n',
    });
    const items = await itemsAt(fitbit, folder);
    expect(samplesIn(items).map(({ signal, value, time }) => [signal, value, time.utc])).toEqual([
      ['activity_intensity_hourly', 8, '2016-04-12T13:00:00.000Z'],
      ['steps_hourly', 7, '2016-03-12T17:00:00.000Z'],
    ]);
    expect(tally(items)).toEqual({ sample: 2, record: 1, 'excluded empty': 1 });
  });
});

describe('the table of sections that the web site gives', () => {
  const path = join(import.meta.dirname, 'fixtures/Web');

  it('reads bodies, days and nights, and leaves meals out', async () => {
    const items = (await readAll(fitbit, path)).flatMap((part) => part.items);
    expect(tally(items)).toEqual({ record: 3, 'excluded not-collected': 2 });
    const [body, day, night] = eventsIn(items);
    expect(body?.values.body_mass).toMatchObject({ unit: 'kg', original: { value: 154, unit: 'lb' } });
    expect(day?.values).toMatchObject({ steps: { value: 11_204 }, calories_burned: { value: 2310, unit: 'kcal' } });
    expect(day?.values.distance).toEqual({ value: 8.1, unit: '{unstated}' });
    expect([night?.event, night?.time.utc, night?.end?.utc]).toEqual(['sleep', '2024-04-01T23:05:00.000Z', '2024-04-02T06:50:00.000Z']);
    expect(night?.values).toMatchObject({ minutes_asleep: { value: 410, unit: 'min' }, number_of_awakenings: { value: 18, unit: '1' } });
    expect(JSON.stringify(items)).not.toContain('Secret');
  });

  it('takes days with the year last as well', async () => {
    const folder = await folderWith({ 'fitbit_export_20240402.csv': 'Foods\nDate,Calories In\n"01-04-2024","1,800"\n' });
    expect(eventsIn(await itemsAt(fitbit, folder)).map(({ time }) => time.day)).toEqual(['2024-04-01']);
  });
});
