import type { Event } from '../../../schema/records.ts';
import { centi, milli } from '../reading/scales.ts';

/** What a table of the export measures, by the last words of its data type. */
export type SamsungTable =
  | {
      becomes: 'sample';
      column: string;
      signal: string;
      unit: string;
      convert?: (value: number) => number;
      zeroIsNone?: boolean;
      /** Whether the row counts a whole day, whose beginning is written as if it were UTC. */
      isDay?: boolean;
    }
  | { becomes: Event['event']; isDay?: boolean };

const heart = { becomes: 'sample', signal: 'heart_rate', unit: '/min', zeroIsNone: true } as const;
const steps = { becomes: 'sample', column: 'count', signal: 'steps', unit: '1' } as const;

export const samsungTables: Readonly<Record<string, SamsungTable>> = {
  heart_rate: { ...heart, column: 'heart_rate' },
  resting_heart_rate: { ...heart, column: 'resting_heart_rate', signal: 'resting_heart_rate' },
  step_count: steps,
  pedometer_step_count: steps,
  step_daily_trend: { ...steps, signal: 'steps_daily', isDay: true },
  pedometer_day_summary: { becomes: 'summary', isDay: true },
  floors_climbed: { becomes: 'sample', column: 'floor', signal: 'flights_climbed', unit: '1' },
  oxygen_saturation: {
    becomes: 'sample',
    column: 'spo2|oxygen_saturation',
    signal: 'oxygen_saturation',
    unit: '1',
    convert: centi,
    zeroIsNone: true,
  },
  respiratory_rate: { becomes: 'sample', column: 'average|respiratory_rate', signal: 'respiratory_rate', unit: '/min', zeroIsNone: true },
  hrv: { becomes: 'sample', column: 'hrv|rmssd', signal: 'hrv_rmssd', unit: 'ms', zeroIsNone: true },
  stress: { becomes: 'sample', column: 'score', signal: 'stress_score', unit: '1' },
  skin_temperature: { becomes: 'sample', column: 'temperature', signal: 'skin_temperature', unit: 'Cel', zeroIsNone: true },
  body_temperature: { becomes: 'sample', column: 'temperature', signal: 'body_temperature', unit: 'Cel', zeroIsNone: true },
  blood_glucose: { becomes: 'sample', column: 'glucose', signal: 'blood_glucose', unit: 'mmol/L', zeroIsNone: true },
  water_intake: { becomes: 'sample', column: 'amount', signal: 'dietary_water', unit: 'L', convert: milli },
  weight: { becomes: 'other' },
  height: { becomes: 'other' },
  blood_pressure: { becomes: 'other' },
  sleep: { becomes: 'sleep' },
  sleep_combined: { becomes: 'sleep' },
  sleep_stage: { becomes: 'sleep' },
  exercise: { becomes: 'workout' },
  day_summary: { becomes: 'summary', isDay: true },
  'activity.day_summary': { becomes: 'summary', isDay: true },
  'calories_burned.details': { becomes: 'summary', isDay: true },
  floors_day_summary: { becomes: 'summary', isDay: true },
  vitality_score: { becomes: 'summary', isDay: true },
  sleep_snoring: { becomes: 'other' },
  mood: { becomes: 'other' },
};

/** Units of columns whose names do not tell. Durations are milliseconds. */
export const columnUnits: Readonly<Record<string, readonly [unit: string, factor: number]>> = {
  ...{ duration: ['min', 1 / 60_000], active_time: ['min', 1 / 60_000], walk_time: ['min', 1 / 60_000], run_time: ['min', 1 / 60_000] },
  ...{ sleep_duration: ['min', 1], distance: ['m', 1], calorie: ['kcal', 1], total_calorie: ['kcal', 1], weight: ['kg', 1] },
  ...{ height: ['cm', 1], systolic: ['mm[Hg]', 1], diastolic: ['mm[Hg]', 1], pulse: ['/min', 1], mean_heart_rate: ['/min', 1] },
  ...{ max_heart_rate: ['/min', 1], min_heart_rate: ['/min', 1], mean_speed: ['m/s', 1], max_speed: ['m/s', 1], speed: ['m/s', 1] },
  ...{ sleep_latency: ['min', 1 / 60_000], total_light_duration: ['min', 1], total_rem_duration: ['min', 1] },
  ...{ active_calorie: ['kcal', 1], rest_calorie: ['kcal', 1], tef_calorie: ['kcal', 1], exercise_time: ['min', 1 / 60_000] },
  ...{ others_time: ['min', 1 / 60_000], longest_active_time: ['min', 1 / 60_000], longest_idle_time: ['min', 1 / 60_000] },
  ...{ body_fat: ['%', 1], skeletal_muscle: ['%', 1], muscle_mass: ['kg', 1], body_fat_mass: ['kg', 1], efficiency: ['%', 1] },
};

/** Codes of stages of sleep. */
export const stages: Readonly<Record<string, string>> = { '40001': 'awake', '40002': 'light', '40003': 'deep', '40004': 'rem' };

/** The table of a file such as `com.samsung.shealth.tracker.heart_rate.20240101.csv`, or null where it is not read. */
export function tableOf(base: string): string | null {
  const type = /^com\.samsung\.s?health\.(.+?)(?:\.\d{6,})?\.csv$/.exec(base)?.[1];
  const name = type?.replace(/^tracker\./, '');
  return name !== undefined && Object.hasOwn(samsungTables, name) ? name : null;
}
