/** What a data type of Google Fit measures: one signal of one number. */
export interface FitType {
  signal: string;
  unit: string;
  convert?: (value: number) => number;
  /** Whether 0 stands for nothing measured. */
  zeroIsNone?: boolean;
}

const fraction = (value: number): number => value / 100;

/** By name without `com.google.`, for types of one number. */
export const fitTypes: Readonly<Record<string, FitType>> = {
  'heart_rate.bpm': { signal: 'heart_rate', unit: '/min', zeroIsNone: true },
  'step_count.delta': { signal: 'steps', unit: '1' },
  'step_count.cadence': { signal: 'cadence', unit: '/min' },
  'calories.expended': { signal: 'energy', unit: 'kcal' },
  'calories.bmr': { signal: 'basal_energy', unit: 'kcal/d' },
  'distance.delta': { signal: 'distance', unit: 'm' },
  heart_minutes: { signal: 'heart_minutes', unit: '1' },
  active_minutes: { signal: 'active_time', unit: 'min' },
  speed: { signal: 'speed', unit: 'm/s' },
  weight: { signal: 'body_mass', unit: 'kg', zeroIsNone: true },
  height: { signal: 'height', unit: 'm', zeroIsNone: true },
  'body.fat.percentage': { signal: 'body_fat_percentage', unit: '1', convert: fraction, zeroIsNone: true },
  oxygen_saturation: { signal: 'oxygen_saturation', unit: '1', convert: fraction, zeroIsNone: true },
  respiratory_rate: { signal: 'respiratory_rate', unit: '/min', zeroIsNone: true },
  'body.temperature': { signal: 'body_temperature', unit: 'Cel', zeroIsNone: true },
  blood_glucose: { signal: 'blood_glucose', unit: 'mmol/L', zeroIsNone: true },
  hydration: { signal: 'dietary_water', unit: 'L' },
  'power.sample': { signal: 'power', unit: 'W' },
};

/** Types of several numbers, in the order of the platform. */
export const fitTuples: Readonly<Record<string, readonly (readonly [name: string, unit: string])[]>> = {
  'heart_rate.summary': [
    ['heart_rate_average', '/min'],
    ['heart_rate_max', '/min'],
    ['heart_rate_min', '/min'],
  ],
  blood_pressure: [
    ['blood_pressure_systolic', 'mm[Hg]'],
    ['blood_pressure_diastolic', 'mm[Hg]'],
    ['body_position', '1'],
    ['measured_at', '1'],
  ],
  'speed.summary': [
    ['speed_average', 'm/s'],
    ['speed_max', 'm/s'],
    ['speed_min', 'm/s'],
  ],
};

export const sleepStages: readonly string[] = ['unspecified', 'awake', 'sleep', 'out_of_bed', 'light', 'deep', 'rem'];

/** Where somebody was is not collected. */
export const notCollected: ReadonlySet<string> = new Set(['location.sample', 'location.bounding_box']);
