import type { Clock } from '../reading/clock.ts';
import { type Fields, isFields } from '../reading/documents.ts';
import { MAX_NESTING } from '../reading/limits.ts';
import { addNumber, contentId, eventOutcome, isMissing, numberFrom, type Values } from '../reading/measurements.ts';
import { snakeCase } from '../reading/names.ts';
import { bad, type Outcome } from '../reading/outcome.ts';
import { outsideText } from '../reading/outside-text.ts';
import { durationOf } from './duration.ts';
import { offsetOf } from './samples.ts';

const DEVICE = 'Polar';
const UNITS: readonly (readonly [RegExp, string])[] = [
  [/HeartRate/, '/min'],
  [/[kK]iloCalories|calories/, 'kcal'],
  [/distance|ascent|descent/i, 'm'],
  [/[dD]uration|Time$|Span$|Interruption/, 's'],
  [/rmssd|Rmssd|rri/, 'ms'],
];
/** Times, ids, names and notes: none of them are values. */
const NO_VALUES =
  /^(?:exportVersion|startTime|stopTime|timezoneOffset|date|night|name|note|deviceId|userId|productId|created|modified|latitude|longitude|identifier|feeling)$/;

type Scopes = readonly { path: string; scope: Fields }[];

/** The workout of a training session, from the short values of the document and of its exercises. */
export function sessionOutcome(closed: Scopes, clock: Clock): Outcome {
  const root = scopeAt(closed, '');
  const offset = offsetOf(root.timezoneOffset ?? scopeAt(closed, 'exercises').timezoneOffset);
  const time = clock.wall(root.startTime, offset);
  const end = clock.wall(root.stopTime, offset);
  const values: Values = {};
  const exercises = closed.filter(({ path }) => path === 'exercises');
  for (const { scope } of exercises) if (exercises.length === 1) addAll(values, scope);
  addAll(values, root);
  const device = isMissing(root.deviceId) ? DEVICE : `${DEVICE} ${outsideText(root.deviceId)}`;
  const id = time === null ? null : `session ${contentId(time.utc, device)}`;
  return eventOutcome(clock, { id, event: 'workout', time, end, values, device, version: clock.utcAt(root.modified)?.utc ?? null });
}

/** The totals of a day. */
export function dayOutcome(closed: Scopes, clock: Clock): Outcome {
  const time = clock.at(scopeAt(closed, '').date);
  const values: Values = {};
  addAll(values, scopeAt(closed, 'summary'));
  const id = time === null ? null : `day ${time.day}`;
  return eventOutcome(clock, { id, event: 'summary', time, end: null, values, device: DEVICE, version: null });
}

/** A night: sleep with its stages, or what was reckoned from it. */
export function nightOutcome(role: 'sleep' | 'night', value: unknown, clock: Clock): Outcome {
  if (!isFields(value)) return bad('wrong-shape');
  const night = value.night ?? value.date;
  const result = isFields(value.sleepResult) ? value.sleepResult : {};
  const hypnogram = isFields(result.hypnogram) ? result.hypnogram : {};
  const time = role === 'sleep' ? clock.at(hypnogram.sleepStart) : clock.at(night);
  const end = role === 'sleep' ? clock.at(hypnogram.sleepEnd) : null;
  const values: Values = {};
  addAll(values, value);
  if (Array.isArray(hypnogram.sleepStateChanges)) {
    const changes = hypnogram.sleepStateChanges.filter(isFields);
    const stages = changes.map(
      ({ offsetFromStart, state }) => `${durationOf(offsetFromStart) ?? outsideText(offsetFromStart)} ${outsideText(state)}`,
    );
    values.stages = { value: stages.join(';').slice(0, 100_000), unit: '1' };
  }
  const id = typeof night === 'string' ? `${role} ${night}` : null;
  return eventOutcome(clock, { id, event: role === 'sleep' ? 'sleep' : 'summary', time, end, values, device: DEVICE, version: null });
}

function scopeAt(closed: Scopes, path: string): Fields {
  return closed.find((found) => found.path === path)?.scope ?? {};
}

function addAll(values: Values, fields: Fields, nesting = 0): void {
  for (const [field, value] of Object.entries(fields)) {
    if (NO_VALUES.test(field) || isMissing(value)) continue;
    const name = snakeCase(field);
    const seconds = durationOf(value);
    if (isFields(value)) {
      if (field !== 'sleepResult' && nesting < MAX_NESTING) addAll(values, value, nesting + 1);
    } else if (seconds !== null) values[name] = { value: seconds, unit: 's' };
    else if (!Number.isNaN(numberFrom(value))) addNumber(values, name, value, UNITS.find(([pattern]) => pattern.test(field))?.[1] ?? '1');
    else if (typeof value === 'string') values[name] = { value: value.slice(0, 200), unit: '1' };
  }
}
