import type { Event, Moment } from '../../../schema/records.ts';
import type { Clock } from '../reading/clock.ts';
import { stateOutcome } from '../reading/device-state.ts';
import { contentId, eventOutcome, sampleOutcome, type Values, valuesKey } from '../reading/measurements.ts';
import { bad, left, type Outcome } from '../reading/outcome.ts';
import { msOf, utcMoment } from '../reading/time.ts';
import type { AppFields, Decoded } from './decode.ts';
import { stateOf } from './device.ts';
import { conversionFor, conversionOf } from './units.ts';

/** Milliseconds of the beginning of the format's time, the end of 1989. */
const EPOCH_MS = Date.UTC(1989, 11, 31);
/** Below this a timestamp counts from when the device was switched on. */
const FIRST_STAMP = 0x10000000;
const MAX_VALUES = 200;

const EVENTS: Readonly<Record<string, Event['event']>> = {
  session: 'workout',
  activity: 'summary',
  sleepLevel: 'sleep',
  sleepAssessment: 'sleep',
};
/** What says who the person is, and what says how devices are set. */
const IDENTITY: ReadonlySet<string> = new Set(['userProfile']);
const SETTINGS: ReadonlySet<string> = new Set([
  ...['fileId', 'fileCreator', 'software', 'deviceInfo', 'deviceSettings', 'deviceAuxBatteryInfo', 'timestampCorrelation', 'capabilities'],
  ...['developerDataId', 'fieldDescription', 'workout', 'workoutStep', 'workoutSession', 'schedule', 'course', 'coursePoint'],
  ...[
    'bikeProfile',
    'hrmProfile',
    'sdmProfile',
    'connectivity',
    'fieldCapabilities',
    'mesgCapabilities',
    'fileCapabilities',
    'trainingFile',
  ],
]);
const TIMES: ReadonlySet<string> = new Set(['timestamp', 'timestamp16', 'startTime', 'stressLevelTime', 'localTimestamp']);

export interface FileFacts {
  clock: Clock;
  device: string;
  apps: AppFields;
  /** The last timestamp before the message, seconds of the format. */
  before: number | null;
}

/** What a decoded message becomes. `stamp` is its own timestamp, or null. */
export function messageOutcome(global: number, decoded: Decoded, stamp: number | null, facts: FileFacts): Outcome {
  const { name, fields } = decoded;
  if (IDENTITY.has(name)) return left('identity');
  const state = stateOf(decoded);
  if (SETTINGS.has(name) && state === null) return left('not-collected');
  const { clock, device } = facts;
  const own = stampOf(fields, stamp, facts.before, name);
  if (own === null) return left('not-collected');
  if (own < FIRST_STAMP) return bad('no-time', 'time');
  const at = momentOf(own, clock);
  if (state !== null) return stateOutcome(clock, { signal: state, device, time: at });
  const values = valuesOf(global, fields, facts.apps);
  const [only, another] = Object.entries(values);
  const begun = fields.startTime instanceof Date ? utcMoment(fields.startTime.getTime(), clock.zone) : null;
  if (only !== undefined && another === undefined && begun === null && typeof only[1].value === 'number' && EVENTS[name] === undefined) {
    const [signal, { value, unit, original }] = only;
    // A level of stress below zero says why there is none.
    const outcome = sampleOutcome(clock, {
      signal,
      unit,
      value,
      device,
      time: at,
      isNone: (number) => signal === 'stress_level_value' && number < 0,
    });
    if (outcome.is === 'sample' && original !== undefined) outcome.sample.original = original;
    return outcome;
  }
  const id = contentId(name, own, begun?.utc, device, valuesKey(values));
  const end = begun === null ? null : endOf(begun, fields.totalElapsedTime, at, clock);
  return eventOutcome(clock, { id, event: EVENTS[name] ?? 'other', time: begun ?? at, end, values, device, version: null });
}

/** What a file says made it. */
export function deviceOf({ fields }: Decoded): string {
  const { manufacturer, garminProduct, product, productName, serialNumber } = fields;
  const words = [manufacturer, productName ?? garminProduct ?? product, serialNumber].filter((word) => word !== undefined && word !== null);
  return words.length === 0 ? 'unknown' : words.map(String).join(' ').slice(0, 256);
}

/** Its own stamp, one of which the last 16 bits are given, or that of the message before it for beats that have none. */
function stampOf(fields: Decoded['fields'], stamp: number | null, before: number | null, name: string): number | null {
  if (stamp !== null) return stamp;
  if (fields.stressLevelTime instanceof Date) return Math.round((fields.stressLevelTime.getTime() - EPOCH_MS) / 1000);
  if (typeof fields.timestamp16 === 'number' && before !== null) return before + ((fields.timestamp16 - before) & 0xffff);
  return name === 'hrv' ? before : null;
}

function momentOf(stamp: number, clock: Clock): Moment | null {
  return utcMoment(EPOCH_MS + stamp * 1000, clock.zone);
}

function endOf(begun: Moment, elapsed: unknown, at: Moment | null, clock: Clock): Moment | null {
  if (typeof elapsed === 'number' && elapsed >= 0) return utcMoment(msOf(begun) + Math.round(elapsed * 1000), clock.zone);
  return at !== null && at.utc >= begun.utc ? at : null;
}

/** Numbers and words of a message in UCUM; fields of apps under their own names. */
function valuesOf(global: number, fields: Decoded['fields'], apps: AppFields): Values {
  const values: Values = {};
  for (const [name, value] of Object.entries(fields)) {
    if (TIMES.has(name) || name === 'developerFields') continue;
    add(values, snakeCase(name), value, ...conversionFor(global, name));
  }
  const { developerFields } = fields;
  if (typeof developerFields === 'object' && developerFields !== null) {
    for (const [key, value] of Object.entries(developerFields)) {
      const app = apps.get(key);
      if (app === undefined) continue;
      const [unit, factor] = conversionOf(app.units) ?? [app.units.toWellFormed().slice(0, 100) || '1', 1];
      add(values, `app.${snakeCase(app.name)}`, value, unit, factor);
    }
  }
  return values;
}

function add(values: Values, name: string, value: unknown, unit: string, factor: number): void {
  if (Object.keys(values).length >= MAX_VALUES) return;
  if (Array.isArray(value)) {
    if (value.length === 1) add(values, name, value[0], unit, factor);
    else for (const [index, entry] of value.entries()) add(values, `${name}.${index}`, entry, unit, factor);
  } else if (typeof value === 'number') {
    if (!Number.isFinite(value)) return;
    // The profile's own unit is meant where it was another.
    values[name] = factor === 1 ? { value, unit } : { value: value * factor, unit, original: { value, unit: '' } };
  } else if (typeof value === 'bigint') values[name] = { value: String(value), unit };
  else if (value instanceof Date) {
    if (!Number.isNaN(value.getTime())) values[name] = { value: value.toISOString(), unit: '1' };
  } else if (typeof value === 'string' && value !== '') values[name] = { value: value.toWellFormed(), unit: '1' };
}

function snakeCase(name: string): string {
  const snake = name.replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2').replaceAll(/[^A-Za-z0-9]+/g, '_');
  return snake.toLowerCase().slice(0, 100) || 'unnamed';
}
