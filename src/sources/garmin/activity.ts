import type { Moment } from '../../../schema/records.ts';
import type { Clock } from '../reading/clock.ts';
import type { Fields } from '../reading/documents.ts';
import { addNumber, eventOutcome, isMissing, numberFrom, sourceId, type Values } from '../reading/measurements.ts';
import type { Outcome } from '../reading/outcome.ts';
import { outsideText } from '../reading/outside-text.ts';
import { centi, milli } from '../reading/scales.ts';
import { moment, msOf } from '../reading/time.ts';
import { pairedTime } from './times.ts';
import { addFields, type FieldTable } from './values.ts';

/**
 * Energy of workouts is kilojoules. By 4.19, and not by 4.184, they become the kilocalories that the vendor's own page shows; what was
 * written stands beside them.
 */
const kilocalories = (kilojoules: number): number => (kilojoules * 100) / 419;

const ZONES: FieldTable = Object.fromEntries(
  Array.from({ length: 8 }, (_, zone) => [
    [`hrTimeInZone_${zone}`, [`heart_rate_zone_${zone}_duration`, 's', milli]] as const,
    [`powerTimeInZone_${zone}`, [`power_zone_${zone}_duration`, 's', milli]] as const,
  ]).flat(),
);

/** Lengths are centimetres and durations milliseconds, whatever the same names mean in the vendor's other files. */
const WORKOUT: FieldTable = {
  ...ZONES,
  activityType: ['activity', '1'],
  sportType: ['sport', '1'],
  duration: ['duration', 's', milli],
  elapsedDuration: ['elapsed_duration', 's', milli],
  movingDuration: ['moving_duration', 's', milli],
  distance: ['distance', 'm', centi],
  elevationGain: ['elevation_gain', 'm', centi],
  elevationLoss: ['elevation_loss', 'm', centi],
  minElevation: ['elevation_min', 'm', centi],
  maxElevation: ['elevation_max', 'm', centi],
  avgStrideLength: ['stride_length_average', 'cm'],
  avgVerticalOscillation: ['vertical_oscillation_average', 'cm'],
  avgGroundContactTime: ['ground_contact_time_average', 'ms'],
  calories: ['energy', 'kcal', kilocalories],
  bmrCalories: ['basal_energy', 'kcal', kilocalories],
  avgHr: ['heart_rate_average', '/min'],
  maxHr: ['heart_rate_max', '/min'],
  minHr: ['heart_rate_min', '/min'],
  vO2MaxValue: ['vo2_max', 'mL/kg/min'],
  waterEstimated: ['water_loss', 'mL'],
  waterConsumed: ['water_intake', 'mL'],
  // In which unit these are is not known.
  poolLength: ['pool_length', '{unstated}'],
  avgStrokeDistance: ['stroke_distance_average', '{unstated}'],
  surfaceInterval: ['surface_interval', '{unstated}'],
};
const SPEEDS: Readonly<Record<string, string>> = {
  avgSpeed: 'speed_average',
  maxSpeed: 'speed_max',
  avgGradeAdjustedSpeed: 'grade_adjusted_speed_average',
  maxVerticalSpeed: 'vertical_speed_max',
};

/** A workout. Its times are numbers: of UTC, and of the wall clock as if it were UTC. */
export function activityOutcome(entry: Fields, clock: Clock): Outcome {
  const utc = entry.startTimeGmt ?? entry.startTimeGMT ?? entry.beginTimestamp;
  const time = pairedTime(utc, entry.startTimeLocal, clock);
  const values: Values = {};
  addFields(values, Object.fromEntries(Object.entries(entry).filter(([field]) => !Object.hasOwn(SPEEDS, field))), WORKOUT);
  addSpeeds(values, entry);
  const own = sourceId(entry.activityId);
  const id = own === null ? null : `workout ${own}`;
  const end = endOf(time, isMissing(entry.elapsedDuration) ? entry.duration : entry.elapsedDuration);
  return eventOutcome(clock, { id, event: 'workout', time, end, values, device: deviceOf(entry.deviceId), version: null });
}

/** Speeds are metres a second, or centimetres a millisecond as distance and duration are: those two tell which. */
function addSpeeds(values: Values, entry: Fields): void {
  const ratio = numberFrom(entry.avgSpeed) / (numberFrom(entry.distance) / numberFrom(entry.duration));
  const factor = ratio > 0.75 && ratio < 1.5 ? 10 : ratio > 7.5 && ratio < 15 ? 1 : null;
  for (const [field, name] of Object.entries(SPEEDS)) {
    addNumber(values, name, entry[field], factor === null ? '{unstated}' : 'm/s', (value) => value * (factor ?? 1));
  }
}

function endOf(time: Moment | null, durationMs: unknown): Moment | null {
  const duration = numberFrom(durationMs);
  if (time === null || !(duration >= 0)) return null;
  return moment(msOf(time) + Math.round(duration), time.offset, time.zone);
}

/** The watch by the vendor's number of it. */
function deviceOf(written: unknown): string {
  const own = sourceId(written);
  return own === null || own === '0' ? 'Garmin' : `Garmin ${outsideText(own)}`;
}
