import type { Clock } from '../reading/clock.ts';
import { type Fields, isFields } from '../reading/documents.ts';
import { addNumber, addWord, eventOutcome, isMissing, numberFrom, type Values } from '../reading/measurements.ts';
import { left, type Outcome } from '../reading/outcome.ts';
import { dayText, dayTime, pairedTime, utcTime, versionOf } from './times.ts';
import { addFields, type FieldTable } from './values.ts';

const NIGHT: FieldTable = {
  deepSleepSeconds: ['deep_sleep_duration', 's'],
  lightSleepSeconds: ['light_sleep_duration', 's'],
  remSleepSeconds: ['rem_sleep_duration', 's'],
  awakeSleepSeconds: ['awake_duration', 's'],
  unmeasurableSeconds: ['unmeasurable_duration', 's'],
  averageRespiration: ['respiration_average', '/min'],
  lowestRespiration: ['respiration_min', '/min'],
  highestRespiration: ['respiration_max', '/min'],
  avgSleepStress: ['stress_average', '1'],
  sleepWindowConfirmationType: ['confirmation', '1'],
};
const OXYGEN: FieldTable = {
  averageSPO2: ['spo2_average', '%'],
  lowestSPO2: ['spo2_min', '%'],
  averageHR: ['heart_rate_average', '/min'],
};
const SCORES: FieldTable = Object.fromEntries(
  ['overall', 'quality', 'duration', 'recovery', 'deep', 'rem', 'light', 'restfulness', 'interruptions'].map((word) => [
    `${word}Score`,
    [`score_${word}`, '1'] as const,
  ]),
);
/** A file of years before the first watch holds entries that say no more than this. */
const NOTHING: ReadonlySet<string> = new Set(['retro', 'userProfilePK', 'version']);

/** A night. Its times are UTC, its `calendarDate` is the local day on which it ended. */
export function sleepOutcome(entry: Fields, clock: Clock): Outcome {
  if (Object.entries(entry).every(([field, value]) => NOTHING.has(field) || isMissing(value))) return left('empty');
  const day = dayText(entry.calendarDate);
  const begun = pairedTime(entry.sleepStartTimestampGMT, entry.sleepStartTimestampLocal, clock);
  const time = begun ?? dayTime(entry.calendarDate, clock);
  const end = begun === null ? null : pairedTime(entry.sleepEndTimestampGMT, entry.sleepEndTimestampLocal, clock);
  const values: Values = {};
  addFields(values, entry, NIGHT);
  if (isFields(entry.sleepScores)) addFields(values, entry.sleepScores, SCORES);
  if (isFields(entry.spo2SleepSummary)) addFields(values, entry.spo2SleepSummary, OXYGEN);
  addNaps(values, entry.napList, clock);
  // Whether a night was added afterwards says nothing where nothing was measured.
  if (Object.keys(values).every((name) => name === 'retro')) return left('empty', time?.day ?? null);
  addWord(values, 'calendar_date', day);
  const id = day ?? time?.utc ?? null;
  const version = versionOf(entry.version, clock);
  return eventOutcome(clock, { id: id === null ? null : `sleep ${id}`, event: 'sleep', time, end, values, device: 'Garmin', version });
}

/** Naps of the day stand inside its night. As text, `beginning seconds`, parted by semicolons. */
function addNaps(values: Values, list: unknown, clock: Clock): void {
  if (!Array.isArray(list) || list.length === 0) return;
  const naps = list.filter(isFields).map((nap) => ({
    begun: utcTime(nap.napStartTimestampGMT, clock),
    seconds: numberFrom(nap.napTimeSec),
  }));
  const written = naps.flatMap(({ begun, seconds }) => (begun === null ? [] : [`${begun.utc} ${seconds}`]));
  addNumber(values, 'nap_count', list.length, '1');
  addNumber(
    values,
    'nap_duration',
    naps.reduce((sum, { seconds }) => sum + (seconds > 0 ? seconds : 0), 0),
    's',
  );
  addWord(values, 'naps', written.join(';'));
}
