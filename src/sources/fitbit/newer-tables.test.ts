import { describe, expect, it } from 'vitest';
import type { Event, Sample } from '../../../schema/records.ts';
import { folderWith } from '../testing/folder.ts';
import { contextOf, itemsAt, readAll, tally } from '../testing/read-all.ts';
import { fitbit } from './index.ts';

const GOOGLE = 'Google Health/Physical Activity_GoogleData';
const SOURCE = 'data source';

async function read(files: Record<string, string>): Promise<{ samples: Sample[]; events: Event[]; counts: Record<string, number> }> {
  const items = await itemsAt(fitbit, await folderWith(files), contextOf());
  return {
    samples: items.flatMap((item) => (item.is === 'sample' ? [item.sample] : [])),
    events: items.flatMap((item) => (item.is === 'record' && item.record.type === 'event' ? [item.record] : [])),
    counts: tally(items),
  };
}

describe('newer tables of Fitbit', () => {
  it('reads energy, climb, oxygen uptake and zones, with or without a day in the name', async () => {
    const { samples } = await read({
      [`${GOOGLE}/active_energy_burned_2026-05-01.csv`]: `timestamp,kilocalories,${SOURCE}\n2026-05-01T10:00:00Z,1.5,Charge 6\n`,
      [`${GOOGLE}/altitude_2026-05-01.csv`]: `timestamp,gain\n2026-05-01T10:00:00Z,3048\n`,
      [`${GOOGLE}/calories_in_heart_rate_zone_2026-05-01.csv`]: `timestamp,heart rate zone type,kcal,${SOURCE}\n2026-05-01T10:00:00Z,LIGHT,1.2,Charge 6\n`,
      [`${GOOGLE}/demographic_vo2max.csv`]: `timestamp,demographic vo2max,${SOURCE}\n2026-05-01T00:00:00Z,43.25,Charge 6\n`,
      [`${GOOGLE}/run_vo2max.csv`]: 'timestamp,run VO2 max\n2026-05-01T10:00:00Z,41.75\n',
      [`${GOOGLE}/steps-2026-05-01.csv`]: 'timestamp,steps\n2026-05-01T10:00:00Z,30\n',
    });
    expect(samples.map(({ signal, unit, value, device }) => [signal, unit, value, device]).sort()).toEqual([
      ['active_energy', 'kcal', 1.5, 'Fitbit'],
      ['elevation_gain', 'm', 3.048, 'Fitbit'],
      ['energy_in_zone_light', 'kcal', 1.2, 'Fitbit'],
      ['steps', '1', 30, 'Fitbit'],
      ['vo2_max', 'mL/kg/min', 41.75, 'Fitbit'],
      ['vo2_max', 'mL/kg/min', 43.25, 'Fitbit'],
    ]);
  });

  it('keeps the summaries that a day has apart', async () => {
    const { events } = await read({
      [`${GOOGLE}/daily_respiratory_rate.csv`]: 'timestamp,breaths per minute\n2026-05-01T00:00:00Z,14.2\n',
      [`${GOOGLE}/daily_oxygen_saturation.csv`]: 'timestamp,average percentage\n2026-05-01T00:00:00Z,96\n',
      [`${GOOGLE}/daily_readiness.csv`]: 'timestamp,score,type\n2026-05-01,68,HIGH\n',
      'Google Health/Oxygen Saturation (SpO2)/Daily SpO2 - 2026-05-01.csv': 'timestamp,average_value\n2026-05-01T00:00:00Z,96\n',
      'Google Health/Daily Readiness/Daily Readiness Score - 2026-05-01.csv': 'date,readiness_score_value\n2026-05-01,68\n',
    });
    expect(new Set(events.map(({ id }) => id)).size).toBe(5);
  });

  it('reads levels, periods and lengths of a pool, with their end where there is one', async () => {
    const { events } = await read({
      [`${GOOGLE}/activity_level_2026-05-01.csv`]: 'timestamp,level\n2026-05-01T10:00:00Z,SEDENTARY\n',
      [`${GOOGLE}/sedentary_period_2026-05-01.csv`]: `start time,end time,${SOURCE}\n2026-05-01T10:00:00Z,2026-05-01T10:30:00Z,Charge 6\n`,
      [`${GOOGLE}/swim_lengths_data_2026-05-01.csv`]: 'timestamp,lap time,stroke count\n2026-05-01T10:00:00Z,00:00:14.000,8\n',
      'Google Health/Global Export Data/swim_lengths_data-2026-05-01.json':
        '[{"dateTime":"05/01/26 10:00:00","value":{"lapDurationSec":14,"strokeCount":8,"swimStrokeType":"FREESTYLE"}}]',
    });
    expect(events.map(({ values, end }) => [Object.keys(values), end?.utc ?? null])).toEqual([
      [['lap_duration_sec', 'stroke_count', 'swim_stroke_type'], null],
      [['level'], null],
      [['duration'], '2026-05-01T10:30:00.000Z'],
      [['lap_time', 'stroke_count'], null],
    ]);
  });

  it('takes 50 % of oxygen for none, and rows of nothing but delimiters for empty', async () => {
    const { counts } = await read({
      'Fitbit/Oxygen Saturation (SpO2)/Minute SpO2 - 2026-05-01.csv':
        'timestamp,value\n2026-05-01T01:00:00Z,50.0\n2026-05-01T01:01:00Z,96.5\n,\n',
    });
    expect(counts).toEqual({ sample: 1, 'excluded empty': 2 });
    const folder = await folderWith({ 'Fitbit/UserExercises_2026-05-01.csv': 'exercise_id,exercise_start\n,\n' });
    const [part] = await readAll(fitbit, folder);
    expect([part?.counted, tally(part?.items ?? [])]).toEqual([1, { 'excluded empty': 1 }]);
  });
});
