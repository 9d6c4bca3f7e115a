import type { Clock } from '../reading/clock.ts';
import { type Fields, isFields } from '../reading/documents.ts';
import {
  addNumber,
  addWord,
  contentId,
  eventOutcome,
  isMissing,
  numberFrom,
  sampleOutcome,
  sourceId,
  type Values,
} from '../reading/measurements.ts';
import { snakeCase } from '../reading/names.ts';
import { bad, left, type Outcome } from '../reading/outcome.ts';
import { outsideText } from '../reading/outside-text.ts';
import { ownValue } from '../reading/own-value.ts';
import { milli } from '../reading/scales.ts';
import { localTime, pairedTime, utcTime, versionOf } from './times.ts';
import { addFields, type FieldTable, isNone } from './values.ts';

/** Masses are grams. */
const WEIGHING: FieldTable = {
  weight: ['body_mass', 'kg', milli],
  bmi: ['body_mass_index', 'kg/m2'],
  bodyFat: ['body_fat', '%'],
  bodyWater: ['body_water', '%'],
  boneMass: ['bone_mass', 'kg', milli],
  muscleMass: ['muscle_mass', 'kg', milli],
  sourceType: ['entered_by', '1'],
};
const PROFILE: FieldTable = {
  height: ['height', 'cm'],
  vo2MaxRunning: ['vo2_max_running', 'mL/kg/min'],
  vo2MaxCycling: ['vo2_max_cycling', 'mL/kg/min'],
  lactateThresholdSpeed: ['lactate_threshold_speed', '{unstated}'],
};

/**
 * An entry of the log of body measures. It is written anew at each change of any of them: the same weighing comes again and again, and is
 * known by its own time. An entry without one is known by its number.
 */
export function bodyOutcome(entry: Fields, clock: Clock): Outcome {
  const meta = isFields(entry.metaData) ? entry.metaData : {};
  const logged = localTime(meta.calendarDate, clock);
  const weighing = isFields(entry.weight) && numberFrom(entry.weight.weight) > 0 ? entry.weight : null;
  const values: Values = {};
  addFields(values, entry, PROFILE);
  if (weighing !== null) {
    const time = utcTime(weighing.timestampGMT, clock) ?? logged;
    addFields(values, weighing, WEIGHING);
    return bodyEvent(time === null ? null : `weight ${time.utc}`, time, values, clock);
  }
  const own = sourceId(meta.sequence) ?? (logged === null ? null : contentId(logged.utc, sourceId(entry.version)));
  return bodyEvent(own === null ? null : `body ${own}`, logged, values, clock);
}

function bodyEvent(id: string | null, time: ReturnType<typeof localTime>, values: Values, clock: Clock): Outcome {
  return eventOutcome(clock, { id, event: 'other', time, end: null, values, device: 'Garmin', version: null });
}

/** Water that was drunk and logged, or what a workout cost by the vendor's estimate. A negative amount takes an earlier one back. */
export function hydrationOutcome(entry: Fields, clock: Clock): Outcome {
  const time = localTime(entry.timestampLocal, clock) ?? utcTime(entry.persistedTimestampGMT, clock);
  const isDrink = isMissing(entry.estimatedSweatLossInML) && isMissing(entry.measuredSweatLossInML) && isMissing(entry.activityId);
  if (isDrink) {
    return sampleOutcome(clock, {
      ...{ signal: 'dietary_water', unit: 'L', device: 'Garmin', time, value: entry.valueInML },
      ...{ convert: milli, written: 'mL', isNone: (value) => value === 0 },
    });
  }
  const values: Values = {};
  addNumber(values, 'dietary_water', entry.valueInML, 'L', milli, 'mL');
  addNumber(values, 'sweat_loss_estimated', entry.estimatedSweatLossInML, 'L', milli, 'mL');
  addNumber(values, 'sweat_loss_measured', entry.measuredSweatLossInML, 'L', milli, 'mL');
  addNumber(values, 'duration', entry.duration, 's');
  addWord(values, 'entered_by', typeof entry.hydrationSource === 'string' ? entry.hydrationSource : null);
  const own =
    sourceId(isFields(entry.uuid) ? entry.uuid.uuid : entry.uuid) ??
    (time === null ? null : contentId(time.utc, sourceId(entry.activityId)));
  const id = own === null ? null : `hydration ${own}`;
  const version = versionOf(entry.persistedTimestampGMT, clock);
  return eventOutcome(clock, { id, event: 'other', time, end: null, values, device: 'Garmin', version });
}

/** A measurement of blood pressure. Notes are not kept. */
export function pressureOutcome(entry: Fields, clock: Clock): Outcome {
  const meta = isFields(entry.metaData) ? entry.metaData : {};
  const measured = entry.bloodPressure;
  const time = localTime(meta.calendarDate, clock);
  if (!isFields(measured)) return bad('wrong-shape', 'values', time?.day ?? null);
  const values: Values = {};
  for (const [field, unit] of [
    ['systolic', 'mm[Hg]'],
    ['diastolic', 'mm[Hg]'],
    ['pulse', '/min'],
  ] as const) {
    if (!isNone(field, numberFrom(measured[field]))) addNumber(values, field, measured[field], unit);
  }
  addWord(values, 'entered_by', typeof measured.sourceType === 'string' ? measured.sourceType : null);
  const id = time === null ? null : `blood-pressure ${time.utc}`;
  return eventOutcome(clock, { id, event: 'other', time, end: null, values, device: 'Garmin', version: versionOf(entry.version, clock) });
}

/** What two minutes of sitting still measure, by the vendor's word. */
const MEASURES: Readonly<Record<string, readonly [name: string, unit: string]>> = {
  HEART_RATE: ['heart_rate', '/min'],
  RESPIRATION: ['respiration', '/min'],
  STRESS: ['stress', '1'],
  SPO2: ['spo2', '%'],
  RMSSD_HRV: ['hrv_rmssd', 'ms'],
  SDRR_HRV: ['hrv_sdrr', 'ms'],
};
const KINDS = { minValue: 'min', maxValue: 'max', avgValue: 'average' } as const;

export function snapshotOutcome(entry: Fields, clock: Clock): Outcome {
  const time = pairedTime(entry.startTimestampGMT, entry.startTimestampLocal, clock);
  const end = pairedTime(entry.endTimestampGMT, entry.endTimestampLocal, clock);
  const values: Values = {};
  for (const measure of Array.isArray(entry.summaryTypeDataList) ? entry.summaryTypeDataList.filter(isFields) : []) {
    const type = outsideText(measure.summaryType);
    const [name, unit] = ownValue(MEASURES, type) ?? [snakeCase(type), '1'];
    for (const [field, kind] of Object.entries(KINDS)) {
      if (!isNone(name, numberFrom(measure[field]))) addNumber(values, `${name}_${kind}`, measure[field], unit);
    }
  }
  if (Object.keys(values).length === 0) return left('empty', time?.day ?? null);
  addWord(values, 'time_of_day', typeof entry.snapshotTimeOfDayType === 'string' ? entry.snapshotTimeOfDayType : null);
  const meta = isFields(entry.metaData) && isFields(entry.metaData.activityUuid) ? entry.metaData.activityUuid.uuid : null;
  const own = sourceId(meta) ?? (time === null ? null : contentId(time.utc, end?.utc));
  const id = own === null ? null : `snapshot ${own}`;
  return eventOutcome(clock, { id, event: 'other', time, end, values, device: 'Garmin', version: versionOf(entry.version, clock) });
}
