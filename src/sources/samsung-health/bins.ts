import type { Clock } from '../reading/clock.ts';
import { isFields } from '../reading/documents.ts';
import { isMissing, sampleOutcome } from '../reading/measurements.ts';
import { bad, type Outcome } from '../reading/outcome.ts';
import { ownValue } from '../reading/own-value.ts';
import { centi, isZero } from '../reading/scales.ts';
import { msOf } from '../reading/time.ts';

interface Bin {
  columns: readonly string[];
  signal: string;
  unit: string;
  convert?: (value: number) => number;
  /** Whether 0 stands for nothing measured. */
  zeroIsNone?: boolean;
}

/** What lists beside the tables hold: the minutes of which a row has the mean. By the type of the table. */
const BINS: Readonly<Record<string, Bin>> = {
  heart_rate: { columns: ['heart_rate'], signal: 'heart_rate', unit: '/min', zeroIsNone: true },
  stress: { columns: ['score'], signal: 'stress_score', unit: '1' },
  oxygen_saturation: { columns: ['spo2', 'oxygen_saturation'], signal: 'oxygen_saturation', unit: '1', convert: centi, zeroIsNone: true },
  skin_temperature: { columns: ['temperature', 'mean'], signal: 'skin_temperature', unit: 'Cel', zeroIsNone: true },
  respiratory_rate: { columns: ['respiratory_rate', 'average'], signal: 'respiratory_rate', unit: '/min', zeroIsNone: true },
  hrv: { columns: ['rmssd'], signal: 'hrv_rmssd', unit: 'ms', zeroIsNone: true },
  movement: { columns: ['activity_level'], signal: 'movement_level', unit: '1' },
};
/** What a watch writes every few seconds of a workout. An entry has one of them, or the first of them is taken. */
const LIVE: readonly Bin[] = [
  { columns: ['heart_rate'], signal: 'heart_rate', unit: '/min', zeroIsNone: true },
  { columns: ['speed'], signal: 'speed', unit: 'm/s' },
  { columns: ['cadence'], signal: 'cadence', unit: '/min' },
  { columns: ['power'], signal: 'power', unit: 'W' },
  { columns: ['distance'], signal: 'distance', unit: 'm' },
  { columns: ['count'], signal: 'steps', unit: '1' },
  { columns: ['calorie'], signal: 'active_energy', unit: 'kcal' },
];
const LIVE_TYPE = 'live';
const DEVICE = 'Samsung Health';
const ROLE = 'bins:';

/** The role of a list such as `jsons/com.samsung.shealth.tracker.heart_rate/1/1….binning_data.json`, or null. */
export function binsRole(name: string): string | null {
  const path = name.toLowerCase();
  if (/\.live_data\.json$/.test(path)) return `${ROLE}${LIVE_TYPE}`;
  if (!/\.binning(?:_data)?\.json$/.test(path)) return null;
  const types = [...path.matchAll(/com\.samsung\.s?health\.(?:tracker\.)?([a-z_]+)/g)].map(([, type = '']) => type);
  const type = types.find((found) => Object.hasOwn(BINS, found));
  return type === undefined ? null : `${ROLE}${type}`;
}

export function isBins(role: string | null): boolean {
  return role?.startsWith(ROLE) === true;
}

/** A minute or another short time. Times are UTC; the row to which the list belongs alone says the offset. */
export function binOutcome(role: string, value: unknown, clock: Clock): Outcome {
  if (!isFields(value)) return bad('wrong-shape');
  const type = role.slice(ROLE.length);
  const isThere = ({ columns }: Bin): boolean => columns.some((column) => !isMissing(value[column]));
  const bin = type === LIVE_TYPE ? (LIVE.find(isThere) ?? LIVE[0]) : ownValue(BINS, type);
  if (bin === undefined) return bad('wrong-shape');
  const { columns, signal, unit, convert, zeroIsNone } = bin;
  const time = clock.utcAt(value.start_time);
  const end = clock.utcAt(value.end_time);
  return sampleOutcome(clock, {
    ...{ signal, unit, device: DEVICE, time, value: columns.map((column) => value[column]).find((found) => !isMissing(found)) },
    ...(end === null ? {} : { endMs: msOf(end) }),
    ...(convert === undefined ? {} : { convert }),
    ...(zeroIsNone === true ? { isNone: isZero } : {}),
  });
}
