import { centi, isZero, milli } from '../reading/scales.ts';
import { fitabaseRoles } from './fitabase.ts';
import { MINUTE_MS } from './series.ts';
import { samples, summary, type TableRole } from './table-shapes.ts';
import { exerciseRow, sleepRow, sleepStageRow } from './user-tables.ts';

const HOURS_24_MS = 86_400_000;

/** A table's name with the day from which it goes: words as common as these are names of other makers' tables too. */
const dated = (word: string): RegExp => new RegExp(`^${word}[-_]\\d{4}-\\d\\d-\\d\\d\\.csv$`);
/** The same, or one table for all days. */
const named = (word: string): RegExp => new RegExp(`^${word}(?:[-_]\\d{4}-\\d\\d-\\d\\d)?\\.csv$`);

/** Minutes whose oxygen could not be told are written as 50 %, the least that is measured. */
const isNoOxygen = (percent: number): boolean => percent === 0 || percent === 50;

const utcMinutes = { times: 'utc', spanMs: MINUTE_MS } as const;
const RATE = { unit: '/min', column: 'beats per minute', isNone: isZero } as const;
const OXYGEN = { signal: 'oxygen_saturation', unit: '1', times: 'utc', convert: centi, isNone: isNoOxygen } as const;
const WARMTH = { signal: 'skin_temperature_deviation', unit: 'Cel', column: 'temperature', times: 'local' } as const;
const VO2_MAX = { signal: 'vo2_max', unit: 'mL/kg/min', isNone: isZero } as const;

/** Tables of `…_GoogleData`, of which each row is a sample. */
const googleSamples: readonly TableRole[] = [
  samples('steps-table', dated('steps'), { signal: 'steps', unit: '1', column: 'steps', ...utcMinutes }),
  samples('heart-rate-table', dated('heart_rate'), { signal: 'heart_rate', times: 'utc', ...RATE }),
  samples('distance-table', dated('distance'), { signal: 'distance', unit: 'm', column: 'distance', ...utcMinutes }),
  samples('calories-table', dated('calories'), { signal: 'energy', unit: 'kcal', column: 'calories', ...utcMinutes }),
  samples('active-energy-table', named('active_energy_burned'), {
    ...{ signal: 'active_energy', unit: 'kcal', column: 'kilocalories' },
    ...utcMinutes,
  }),
  samples('zone-calories-table', named('calories_in_heart_rate_zone'), {
    ...{ signal: 'energy_in_zone', unit: 'kcal', column: 'kcal', part: 'heart rate zone type' },
    ...utcMinutes,
  }),
  samples('floors-table', dated('floors'), { signal: 'flights_climbed', unit: '1', column: 'floors', ...utcMinutes }),
  samples('altitude-table', dated('altitude'), {
    ...{ signal: 'elevation_gain', unit: 'm', column: 'gain', convert: milli },
    ...utcMinutes,
  }),
  samples('weight-table', named('weight'), { signal: 'body_mass', unit: 'kg', column: 'weight grams', times: 'utc', convert: milli }),
  samples('height-table', named('height'), { signal: 'height', unit: 'm', column: 'height millimeters', times: 'utc', convert: milli }),
  samples('body-fat-table', /^body_fat/, {
    ...{ signal: 'body_fat_percentage', unit: '1', column: 'body fat percentage', times: 'utc' },
    convert: centi,
  }),
  samples('hrv-table', dated('heart_rate_variability'), {
    ...{ signal: 'hrv_rmssd', unit: 'ms', times: 'utc' },
    column: 'root mean square of successive differences milliseconds',
  }),
  samples('temperature-table', /^(?:core_)?body_temperature/, {
    ...{ signal: 'body_temperature', unit: 'Cel', column: 'temperature celsius', times: 'utc' },
  }),
  samples('oxygen-table', dated('oxygen_saturation'), { ...OXYGEN, column: 'oxygen saturation percentage' }),
  samples('breathing-table', dated('respiratory_rate'), {
    ...{ signal: 'respiratory_rate', unit: '/min', column: 'breaths per minute', times: 'utc' },
  }),
  samples('resting-heart-rate-table', /^(?:daily_)?resting_heart_rate/, {
    ...{ signal: 'resting_heart_rate', times: 'day', spanMs: HOURS_24_MS },
    ...RATE,
  }),
  samples('zone-minutes-table', named('active_zone_minutes'), {
    ...{ signal: 'active_zone_minutes', unit: 'min', column: 'total minutes', part: 'heart rate zone' },
    ...utcMinutes,
  }),
  samples('demographic-vo2-max-table', named('demographic_vo2max'), {
    ...VO2_MAX,
    ...{ column: 'demographic vo2max', times: 'day', spanMs: HOURS_24_MS },
  }),
  samples('run-vo2-max-table', named('run_vo2max'), { ...VO2_MAX, column: 'run VO2 max', times: 'utc' }),
];

/** Tables beside the JSON, of which each row is a sample. */
const accountSamples: readonly TableRole[] = [
  samples('minute-oxygen', /^minute spo2 - /, { ...OXYGEN, column: 'value' }),
  samples('oxygen-variation', /^estimated_oxygen_variation-/, {
    ...{ signal: 'oxygen_variation', unit: '1', column: 'Infrared to Red Signal Ratio', times: 'utc' },
  }),
  samples('device-temperature', /^device temperature - /, WARMTH),
  samples('wrist-temperature', /^wrist temperature - /, WARMTH),
  samples('hrv-details', /^heart rate variability details - /, {
    ...{ signal: 'hrv_rmssd', unit: 'ms', column: 'rmssd', times: 'local' },
    isNone: isZero,
  }),
  samples('zone-minutes', /^active zone minutes - /, {
    ...{ signal: 'active_zone_minutes', unit: 'min', column: 'total_minutes', times: 'local', spanMs: MINUTE_MS, part: 'heart_zone_id' },
  }),
];

/** Tables of `…_GoogleData` with a row of several values for a day. */
const DAILY = [
  'heart_rate_variability',
  'heart_rate_zones',
  'oxygen_saturation',
  'readiness',
  'respiratory_rate',
  'sleep_temperature_derivations',
];
/** The same for a moment or a stretch of time: levels, zones, breathing by stages of sleep, lengths of a pool, how one runs. */
const MOMENTS = [
  ...['active_minutes', 'activity_level', 'time_in_heart_rate_zone', 'sedentary_period', 'cardio_load', 'speed', 'swim_lengths_data'],
  ...['mindfulness_session', 'respiratory_rate_sleep_summary', 'heart_rate_notification', 'ground_contact_time', 'cadence'],
  ...['stride_length', 'vertical_oscillation', 'vertical_ratio'],
] as const;

/** Tables whose rows say several things of a day, a night or a minute. */
const summaries: readonly TableRole[] = [
  summary('sleep-score', /^sleep_score\.csv$/, 'local'),
  summary('sleep-score-table', /^usersleepscores/, 'utc'),
  summary('stress-score', /^stress score/, 'day'),
  summary('breathing-summary', /^respiratory rate summary/, 'local'),
  // A role for each: it is part of the id, and a day has one row of each.
  summary('daily-summary', /^daily heart rate variability/, 'day'),
  summary('daily-breathing', /^daily respiratory rate/, 'day'),
  summary('daily-oxygen', /^daily spo2/, 'day'),
  summary('daily-readiness', /^daily readiness score/, 'day'),
  ...DAILY.map((word) => summary(`daily-${word.replaceAll('_', '-')}-table`, named(`daily_${word}`), 'day')),
  summary('daily-table', /^daily_(?!resting)[a-z_]+(?:_\d.*)?\.csv$/, 'day'),
  summary('cardio-load-interval-table', named('cardio_load_observed_interval'), 'day'),
  summary('cardio-load-ratio-table', named('cardio_acute_chronic_workload_ratio'), 'day'),
  summary('computed-temperature', /^computed temperature - /, 'local'),
  summary('snore-details', /^snore details - /, 'local'),
  summary('skin-conductance-sessions', /^mindfulness eda data sessions - /, 'utc'),
  summary('mindfulness-sessions', /^mindfulness_sessions\.csv$/, 'local'),
  ...MOMENTS.map((word) => summary(`${word.replaceAll('_', '-')}-table`, dated(word), 'utc')),
];

/** Tables of both generations of the export, by their files' names. */
export const tableRoles: readonly TableRole[] = [
  ...googleSamples,
  ...accountSamples,
  ...summaries,
  { role: 'sleep-table', pattern: /^usersleeps_/, fits: (columns) => columns.includes('sleep_id'), outcome: sleepRow },
  {
    role: 'sleep-stage-table',
    pattern: /^usersleepstages_/,
    fits: (columns) => columns.includes('sleep_stage_id'),
    outcome: sleepStageRow,
  },
  { role: 'exercise-table', pattern: /^userexercises_/, fits: (columns) => columns.includes('exercise_id'), outcome: exerciseRow },
];

const byRole: ReadonlyMap<string, TableRole> = new Map([...tableRoles, ...fitabaseRoles].map((table) => [table.role, table]));

export function tableRole(role: string): TableRole | undefined {
  return byRole.get(role);
}
