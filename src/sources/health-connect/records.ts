import { centi, milli } from '../reading/scales.ts';

/** A type of record that is one number. */
export interface NumberRecord {
  column: string;
  signal: string;
  unit: string;
  convert?: (value: number) => number;
  zeroIsNone?: boolean;
}

/** By the name of the table without `_record_table`, in snake case. The platform stores grams, calories and metres. */
export const numberRecords: Readonly<Record<string, NumberRecord>> = {
  steps: { column: 'count', signal: 'steps', unit: '1' },
  distance: { column: 'distance', signal: 'distance', unit: 'm' },
  active_calories_burned: { column: 'energy', signal: 'active_energy', unit: 'kcal', convert: milli },
  total_calories_burned: { column: 'energy', signal: 'energy', unit: 'kcal', convert: milli },
  basal_metabolic_rate: { column: 'basal_metabolic_rate', signal: 'basal_metabolic_rate', unit: 'W' },
  floors_climbed: { column: 'floors', signal: 'flights_climbed', unit: '1' },
  elevation_gained: { column: 'elevation', signal: 'elevation_gain', unit: 'm' },
  wheelchair_pushes: { column: 'count', signal: 'push_count', unit: '1' },
  hydration: { column: 'volume', signal: 'dietary_water', unit: 'L' },
  heart_rate_series: { column: 'beats_per_minute', signal: 'heart_rate', unit: '/min', zeroIsNone: true },
  resting_heart_rate: { column: 'beats_per_minute', signal: 'resting_heart_rate', unit: '/min', zeroIsNone: true },
  heart_rate_variability_rmssd: { column: 'heart_rate_variability_millis', signal: 'hrv_rmssd', unit: 'ms', zeroIsNone: true },
  oxygen_saturation: { column: 'percentage', signal: 'oxygen_saturation', unit: '1', convert: centi, zeroIsNone: true },
  respiratory_rate: { column: 'rate', signal: 'respiratory_rate', unit: '/min', zeroIsNone: true },
  body_temperature: { column: 'temperature', signal: 'body_temperature', unit: 'Cel', zeroIsNone: true },
  basal_body_temperature: { column: 'temperature', signal: 'basal_body_temperature', unit: 'Cel', zeroIsNone: true },
  weight: { column: 'weight', signal: 'body_mass', unit: 'kg', convert: milli, zeroIsNone: true },
  lean_body_mass: { column: 'mass', signal: 'lean_body_mass', unit: 'kg', convert: milli, zeroIsNone: true },
  bone_mass: { column: 'mass', signal: 'bone_mass', unit: 'kg', convert: milli, zeroIsNone: true },
  height: { column: 'height', signal: 'height', unit: 'm', zeroIsNone: true },
  body_fat: { column: 'percentage', signal: 'body_fat_percentage', unit: '1', convert: centi, zeroIsNone: true },
  blood_glucose: { column: 'level', signal: 'blood_glucose', unit: 'mmol/L', zeroIsNone: true },
  vo2_max: { column: 'vo2_milliliters_per_minute_kilogram', signal: 'vo2_max', unit: 'mL/kg/min', zeroIsNone: true },
  speed: { column: 'speed', signal: 'speed', unit: 'm/s' },
  power: { column: 'power', signal: 'power', unit: 'W' },
  skin_temperature_delta: { column: 'delta', signal: 'skin_temperature_delta', unit: 'Cel' },
  body_water_mass: { column: 'body_water_mass', signal: 'body_water_mass', unit: 'kg', convert: milli, zeroIsNone: true },
  cycling_pedaling_cadence: { column: 'revolutions_per_minute', signal: 'cycling_cadence', unit: '/min' },
  steps_cadence: { column: 'rate', signal: 'cadence', unit: '/min' },
};

/** Tables whose rows are events. */
export const eventRecords = {
  sleep_session: 'sleep',
  sleep_stages: 'sleep',
  exercise_session: 'workout',
  exercise_lap: 'other',
  exercise_laps: 'other',
  exercise_segments: 'other',
  activity_intensity: 'other',
  blood_pressure: 'other',
  mindfulness_session: 'other',
} as const;
export type EventTable = keyof typeof eventRecords;

export const sleepStages: readonly string[] = ['unknown', 'awake', 'sleeping', 'out_of_bed', 'light', 'deep', 'rem', 'awake_in_bed'];

/** The name of a table, as it is called here: `StepsRecordTable` and `steps_record_table` are `steps`. */
export function tableName(written: string): string {
  const snake = written.replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase();
  return snake.replace(/(?:_record(?:_series)?)?(?:_table)?$/, snake.includes('_record_series') ? '_series' : '');
}

export function isRead(table: string): boolean {
  return Object.hasOwn(numberRecords, table) || Object.hasOwn(eventRecords, table);
}
