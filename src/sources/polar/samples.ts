import type { Moment } from '../../../schema/records.ts';
import type { Clock } from '../reading/clock.ts';
import type { Scalar } from '../reading/document-frames.ts';
import type { JsonUnit } from '../reading/document-units.ts';
import { type Fields, isFields } from '../reading/documents.ts';
import { addNumber, addWord, eventOutcome, numberFrom, sampleOutcome, type Values } from '../reading/measurements.ts';
import { snakeCase } from '../reading/names.ts';
import { bad, left, type Outcome } from '../reading/outcome.ts';
import { outsideText } from '../reading/outside-text.ts';
import { ownValue } from '../reading/own-value.ts';
import { isZero, milli } from '../reading/scales.ts';
import { dayOf, moment, msOf } from '../reading/time.ts';
import { durationOf } from './duration.ts';
import type { PolarRole } from './files.ts';

const DEVICE = 'Polar';
const MINUTE_MS = 60_000;
const SIGNALS: Readonly<Record<string, readonly [signal: string, unit: string, convert?: (value: number) => number]>> = {
  heartRate: ['heart_rate', '/min'],
  speed: ['speed', 'm/s', (value) => value / 3.6],
  distance: ['distance_total', 'm'],
  altitude: ['altitude', 'm'],
  cadence: ['cadence', '/min'],
  temperature: ['temperature', 'Cel'],
  leftPedalCrankBasedPower: ['power_left', 'W'],
  rightPedalCrankBasedPower: ['power_right', 'W'],
  steps: ['steps', '1'],
  mets: ['metabolic_equivalent', '{MET}'],
};
/** Where somebody was is not collected. */
const PLACES = /recordedRoute|latitude|longitude/i;

/** One value of a session, a day or a night, with what stands around it. */
export function pointOutcome(role: PolarRole, value: unknown, unit: JsonUnit, clock: Clock): Outcome {
  if (!isFields(value)) return bad('wrong-shape');
  const around: Readonly<Record<string, Scalar>> = Object.assign({}, ...unit.scopes);
  const device = around.deviceId === undefined || around.deviceId === null ? DEVICE : `${DEVICE} ${outsideText(around.deviceId)}`;
  if (role === 'day-heart-rate') {
    const time = secondsInto(around.date, value.secondsFromDayStart, clock);
    return sampleOutcome(clock, { signal: 'heart_rate', unit: '/min', device, time, value: value.heartRate, isNone: isZero });
  }
  if (role === 'pulse') {
    const time = clock.at(value.sampleDateTime);
    return sampleOutcome(clock, { signal: 'ibi', unit: 's', device, time, value: value.pulseLength, convert: milli, isNone: isZero });
  }
  if (unit.path.startsWith('summary')) return levelOutcome(value, around.date, clock);
  const word = unit.path.slice(unit.path.lastIndexOf('.') + 1);
  if (PLACES.test(word)) return left('not-collected');
  const [signal, ucum, convert] = ownValue(SIGNALS, word) ?? [snakeCase(word), '1'];
  const isActivity = role === 'activity';
  const time = isActivity
    ? clock.at(`${outsideText(around.date)}T${outsideText(value.localTime)}`)
    : clock.wall(value.dateTime, offsetOf(around.timezoneOffset));
  return sampleOutcome(clock, {
    ...{ signal, unit: ucum, device, time, value: value.value },
    ...(isActivity && time !== null ? { endMs: msOf(time) + MINUTE_MS } : {}),
    ...(convert === undefined ? {} : { convert }),
    ...(signal === 'heart_rate' ? { isNone: isZero } : {}),
  });
}

/** How long somebody was as active as this on a day, which stands among the day's totals. */
function levelOutcome(value: Fields, date: unknown, clock: Clock): Outcome {
  const time = clock.at(date);
  const values: Values = {};
  addWord(values, 'level', value.level);
  const seconds = durationOf(value.duration);
  if (seconds !== null) addNumber(values, 'duration', seconds, 's');
  const id = time === null ? null : `level ${time.day} ${outsideText(value.level)}`;
  return eventOutcome(clock, { id, event: 'summary', time, end: null, values, device: DEVICE, version: null });
}

/** Minutes east as the export states them. */
export function offsetOf(written: unknown): number | null {
  const minutes = numberFrom(written);
  return Number.isNaN(minutes) ? null : Math.round(minutes);
}

/** Seconds into a local day, by the wall clock. */
function secondsInto(date: unknown, written: unknown, clock: Clock): Moment | null {
  const seconds = numberFrom(written);
  if (typeof date !== 'string' || !(seconds >= 0 && seconds < 2 * 86_400)) return null;
  const midnight = Date.parse(`${date.slice(0, 10)}T00:00:00Z`);
  const wall = moment(midnight + seconds * 1000, null, 'unknown');
  return wall === null ? null : clock.at(`${dayOf(msOf(wall))}T${wall.utc.slice(11, 23)}`);
}
