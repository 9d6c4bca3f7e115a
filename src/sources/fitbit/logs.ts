import type { Event, Moment } from '../../../schema/records.ts';
import type { Clock } from '../reading/clock.ts';
import { type Fields, isFields } from '../reading/documents.ts';
import { addNumber, addWord, eventOutcome, numberFrom, sourceId, type Values } from '../reading/measurements.ts';
import { snakeCase } from '../reading/names.ts';
import { bad, type Outcome } from '../reading/outcome.ts';
import { outsideText } from '../reading/outside-text.ts';
import { ownValue } from '../reading/own-value.ts';
import { moment, msOf } from '../reading/time.ts';
import type { AccountFacts } from './facts.ts';
import { DEVICE } from './series.ts';
import { localOf, utcOf, versionOf } from './times.ts';
import { massUnit, toKilograms } from './weight.ts';

type Log = (entry: Fields, clock: Clock, facts: AccountFacts) => Outcome;

/** Files of entries with an id, by the word their name begins with. */
export const logRoles: Readonly<Record<string, Log>> = { sleep: sleepOutcome, exercise: exerciseOutcome, weight: weightOutcome };

export function logOutcome(word: string, value: unknown, clock: Clock, facts: AccountFacts): Outcome {
  return isFields(value) ? (logRoles[word] as Log)(value, clock, facts) : bad('wrong-shape');
}

const SLEEP_MINUTES = ['minutesAsleep', 'minutesAwake', 'minutesToFallAsleep', 'minutesAfterWakeup', 'timeInBed'] as const;

/** A sleep log, `classic` or `stages`: its times are local, and the same log stands in several files. */
function sleepOutcome(entry: Fields, clock: Clock): Outcome {
  const time = localOf(entry.startTime, clock);
  const values: Values = {};
  addNumber(values, 'duration', entry.duration, 'min', (ms) => ms / 60_000);
  for (const name of SLEEP_MINUTES) addNumber(values, snakeCase(name), entry[name], 'min');
  addNumber(values, 'efficiency', entry.efficiency, '%');
  addWord(values, 'sleep_type', entry.type);
  addWord(values, 'log_type', entry.logType);
  addWord(values, 'is_main_sleep', entry.mainSleep ?? entry.isMainSleep);
  const levels = isFields(entry.levels) ? entry.levels : {};
  for (const [level, summary] of Object.entries(isFields(levels.summary) ? levels.summary : {})) {
    if (isFields(summary)) addNumber(values, `stage_${snakeCase(level)}`, summary.minutes, 'min');
  }
  addWord(values, 'stages', segmentsOf(levels.data, time, clock));
  addWord(values, 'short_wakes', segmentsOf(levels.shortData, time, clock));
  const end = endOf(time, localOf(entry.endTime, clock), entry.duration);
  return logEvent('sleep', entry, time, end, values, clock);
}

/** Stages as text, `seconds since the beginning, level, seconds`, parted by semicolons. */
function segmentsOf(list: unknown, start: Moment | null, clock: Clock): string | null {
  if (!Array.isArray(list) || start === null) return null;
  const found: string[] = [];
  for (const segment of list) {
    const at = isFields(segment) ? localOf(segment.dateTime, clock) : null;
    if (at === null || !isFields(segment)) continue;
    found.push(`${(msOf(at) - msOf(start)) / 1000} ${outsideText(segment.level).slice(0, 20)} ${numberFrom(segment.seconds)}`);
  }
  return found.length === 0 ? null : found.join(';');
}

const EXERCISE_NUMBERS: readonly (readonly [field: string, name: string, unit: string, factor?: number])[] = [
  ['activeDuration', 'active_duration', 'min', 1 / 60_000],
  ['duration', 'duration', 'min', 1 / 60_000],
  ['steps', 'steps', '1'],
  ['calories', 'energy', 'kcal'],
  ['averageHeartRate', 'heart_rate_average', '/min'],
  ['elevationGain', 'elevation_gain', 'm'],
  ['tcxTotalDistanceMeters', 'distance', 'm'],
];
const LENGTHS: Readonly<Record<string, number>> = { kilometer: 1000, mile: 1609.344, meter: 1, yard: 0.9144 };

/** A workout. The account export writes its time in UTC, the Web API a local date and a local time. */
function exerciseOutcome(entry: Fields, clock: Clock): Outcome {
  const isApi = entry.startDate !== undefined;
  // Without a time of day an entry of the API says no more than the day.
  const clockTime = entry.hasStartTime === false ? '' : `T${outsideText(entry.startTime)}`;
  const time = isApi ? localOf(`${outsideText(entry.startDate)}${clockTime}`, clock) : utcOf(entry.startTime, clock);
  const values: Values = {};
  addWord(values, 'activity', entry.activityName ?? entry.name);
  addWord(values, 'log_type', entry.logType);
  for (const [field, name, unit, factor = 1] of EXERCISE_NUMBERS) {
    addNumber(values, name, entry[field], unit, (value) => value * factor);
  }
  const metres = typeof entry.distanceUnit === 'string' ? ownValue(LENGTHS, entry.distanceUnit.toLowerCase()) : undefined;
  if (metres !== undefined) addNumber(values, 'distance', entry.distance, 'm', (value) => value * metres, outsideText(entry.distanceUnit));
  else if (values.distance === undefined) addNumber(values, 'distance', entry.distance, '{unstated}');
  return logEvent('workout', entry, time, endOf(time, null, entry.duration), values, clock);
}

/** A weighing. Its unit is written nowhere: the index of body mass beside it tells. */
function weightOutcome(entry: Fields, clock: Clock, { heightCm }: AccountFacts): Outcome {
  const written = typeof entry.date === 'string' ? localOf(`${entry.date} ${outsideText(entry.time ?? '00:00:00')}`, clock) : null;
  const unit = massUnit(numberFrom(entry.weight), numberFrom(entry.bmi), heightCm);
  const values: Values = {};
  addNumber(values, 'body_mass', entry.weight, unit === null ? '{unstated}' : 'kg', (value) => toKilograms(value, unit), unit ?? '');
  addNumber(values, 'body_mass_index', entry.bmi, 'kg/m2');
  addNumber(values, 'body_fat', entry.fat, '%');
  addWord(values, 'entered_by', entry.source);
  return logEvent('weight', entry, written, null, values, clock);
}

function logEvent(name: string, entry: Fields, time: Moment | null, end: Moment | null, values: Values, clock: Clock): Outcome {
  const logId = sourceId(entry.logId);
  const event: Event['event'] = name === 'sleep' || name === 'workout' ? name : 'other';
  const id = logId === null ? null : `${name} ${logId}`;
  const device = typeof entry.source === 'object' && isFields(entry.source) ? outsideText(entry.source.name ?? DEVICE) : DEVICE;
  return eventOutcome(clock, { id, event, time, end, values, device, version: versionOf(entry.lastModified, clock) });
}

/** The stated end, or the beginning and the duration: over a change of clocks the duration is right. */
function endOf(time: Moment | null, stated: Moment | null, durationMs: unknown): Moment | null {
  const duration = numberFrom(durationMs);
  if (time === null || Number.isNaN(duration) || duration < 0) return stated;
  return moment(msOf(time) + duration, stated?.offset ?? time.offset, time.zone);
}
