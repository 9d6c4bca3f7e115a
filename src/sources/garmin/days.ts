import type { Clock } from '../reading/clock.ts';
import { type Fields, isFields } from '../reading/documents.ts';
import { addNumber, addWord, eventOutcome, numberFrom, type Values } from '../reading/measurements.ts';
import { snakeCase } from '../reading/names.ts';
import { left, type Outcome } from '../reading/outcome.ts';
import { outsideText } from '../reading/outside-text.ts';
import { ownValue } from '../reading/own-value.ts';
import { milli } from '../reading/scales.ts';
import { dayText, dayTime, pairedTime, versionOf } from './times.ts';
import { addFields, type FieldTable, isNone } from './values.ts';

/** The vendor's `restingHeartRate` is its mean over a week; that of the day has a field of its own. */
const DAY: FieldTable = {
  durationInMilliseconds: ['duration', 's', milli],
  totalSteps: ['steps', '1'],
  totalDistanceMeters: ['distance', 'm'],
  wellnessDistanceMeters: ['wellness_distance', 'm'],
  totalKilocalories: ['energy', 'kcal'],
  activeKilocalories: ['active_energy', 'kcal'],
  bmrKilocalories: ['basal_energy', 'kcal'],
  currentDayRestingHeartRate: ['resting_heart_rate', '/min'],
  restingHeartRate: ['resting_heart_rate_week', '/min'],
  abnormalHeartRateAlertsCount: ['abnormal_pulse_alerts', '1'],
  activeSeconds: ['active_duration', 's'],
  highlyActiveSeconds: ['highly_active_duration', 's'],
  floorsAscendedInMeters: ['floors_ascended', 'm'],
  floorsDescendedInMeters: ['floors_descended', 'm'],
  averageMonitoringEnvironmentAltitude: ['altitude_average', 'm'],
  averageSpo2Value: ['spo2_average', '%'],
  lowestSpo2Value: ['spo2_min', '%'],
  latestSpo2Value: ['spo2_latest', '%'],
  // Minutes of a week, not of the day.
  userIntensityMinutesGoal: ['intensity_minutes_goal', 'min'],
};
const STRESS: FieldTable = {
  averageStressLevel: ['average', '1'],
  maxStressLevel: ['max', '1'],
  averageStressLevelIntensity: ['average_intensity', '1'],
  stressDuration: ['duration', 's'],
  stressIntensityCount: ['intensity_count', '1'],
  stressOffWristCount: ['off_wrist_count', '1'],
  stressTooActiveCount: ['too_active_count', '1'],
  totalStressCount: ['count', '1'],
  totalStressIntensity: ['intensity', '1'],
};
const BREATH: FieldTable = {
  avgWakingRespirationValue: ['waking_average', '/min'],
  highestRespirationValue: ['max', '/min'],
  lowestRespirationValue: ['min', '/min'],
  latestRespirationValue: ['latest', '/min'],
};
const WATER: FieldTable = {
  valueInML: ['intake', 'mL'],
  activityIntakeInML: ['activity_intake', 'mL'],
  goalInML: ['goal', 'mL'],
  adjustedGoalInML: ['goal_adjusted', 'mL'],
  sweatLossInML: ['sweat_loss', 'mL'],
};

/** The totals of a day. */
export function dayOutcome(entry: Fields, clock: Clock): Outcome {
  const day = dayText(entry.calendarDate);
  const begun = pairedTime(entry.wellnessStartTimeGmt, entry.wellnessStartTimeLocal, clock);
  const time = begun ?? dayTime(entry.calendarDate, clock);
  const end = begun === null ? null : pairedTime(entry.wellnessEndTimeGmt, entry.wellnessEndTimeLocal, clock);
  const values: Values = {};
  addFields(values, entry, DAY);
  addStress(values, entry.allDayStress);
  addBattery(values, entry.bodyBattery);
  if (isFields(entry.respiration)) addFields(values, entry.respiration, BREATH, 'respiration_');
  if (isFields(entry.hydration)) addFields(values, entry.hydration, WATER, 'hydration_');
  const id = day ?? time?.day ?? null;
  const version = versionOf(entry.version, clock);
  return eventOutcome(clock, { id: id === null ? null : `day ${id}`, event: 'summary', time, end, values, device: 'Garmin', version });
}

/** Stress over the whole day, awake and asleep. */
function addStress(values: Values, stress: unknown): void {
  const list = isFields(stress) ? stress.aggregatorList : null;
  for (const part of Array.isArray(list) ? list.filter(isFields) : []) {
    addFields(values, part, STRESS, `stress_${snakeCase(outsideText(part.type))}_`);
  }
}

function addBattery(values: Values, battery: unknown): void {
  if (!isFields(battery)) return;
  addFields(values, battery, { chargedValue: ['charged', '1'], drainedValue: ['drained', '1'] }, 'body_battery_');
  const list = battery.bodyBatteryStatList;
  for (const stat of Array.isArray(list) ? list.filter(isFields) : []) {
    const name = `body_battery_${snakeCase(outsideText(stat.bodyBatteryStatType))}`;
    if (!isNone(name, numberFrom(stat.statsValue))) addNumber(values, name, stat.statsValue, '1');
  }
}

/** What the vendor holds against the person's own range. The temperature is a deviation from it already. */
const MEASURES: Readonly<Record<string, readonly [name: string, unit: string]>> = {
  HRV: ['hrv', 'ms'],
  HR: ['heart_rate', '/min'],
  SPO2: ['spo2', '%'],
  SKIN_TEMP_C: ['skin_temperature_deviation', 'Cel'],
  RESPIRATION: ['respiration', '/min'],
};
const LIMITS = ['baselineLowerLimit', 'baselineUpperLimit'] as const;

/** The measures of a night, under the local day on which it ended. */
export function healthOutcome(entry: Fields, clock: Clock): Outcome {
  const time = dayTime(entry.calendarDate, clock);
  const values: Values = {};
  for (const metric of Array.isArray(entry.metrics) ? entry.metrics.filter(isFields) : []) {
    const type = outsideText(metric.type);
    const [name, unit] = ownValue(MEASURES, type) ?? [snakeCase(type), '1'];
    const value = numberFrom(metric.value);
    if (Number.isNaN(value) || isNone(name, value)) continue;
    addNumber(values, name, value, unit);
    addWord(values, `${name}_status`, typeof metric.status === 'string' ? metric.status : null);
    addNumber(values, `${name}_percentage`, metric.percentage, '%');
    // Both are 0 as long as no range is known.
    if (LIMITS.every((limit) => metric[limit] === 0)) continue;
    for (const limit of LIMITS) addNumber(values, `${name}_${snakeCase(limit)}`, metric[limit], unit);
  }
  const version = versionOf(entry.updateTimestampUTC ?? entry.createTimestampUTC, clock);
  const id = time === null ? null : `health ${time.day}`;
  return eventOutcome(clock, { id, event: 'summary', time, end: null, values, device: 'Garmin', version });
}

const FITNESS: FieldTable = {
  vo2MaxValue: ['vo2_max', 'mL/kg/min'],
  maxMet: ['max_met', '{MET}'],
  fitnessAge: ['fitness_age', 'a'],
};

/** An estimate of the oxygen uptake, for each kind of sport of a day. */
export function fitnessOutcome(entry: Fields, clock: Clock): Outcome {
  const time = dayTime(entry.calendarDate, clock);
  const values: Values = {};
  addFields(values, entry, FITNESS);
  if (values.vo2_max === undefined && values.max_met === undefined) return left('empty', time?.day ?? null);
  const sport = ['sport', 'subSport'].map((name) => outsideText(entry[name] ?? '')).join(' ');
  const id = time === null ? null : `vo2-max ${time.day} ${sport}`.trim().slice(0, 900);
  const version = versionOf(entry.updateTimestamp, clock);
  return eventOutcome(clock, { id, event: 'summary', time, end: null, values, device: 'Garmin', version });
}
