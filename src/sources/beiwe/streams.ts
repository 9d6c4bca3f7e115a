import type { Event } from '../../../schema/records.ts';

/** What the rows of one stream become. */
export interface Stream {
  event: Event['event'] | 'answers' | 'left-out';
  /** Columns with their name and unit here; every other column keeps its name. */
  columns?: Readonly<Record<string, readonly [name: string, unit: string]>>;
  /** Column with the length in seconds. */
  seconds?: string;
}

type Columns = NonNullable<Stream['columns']>;

const inUnit = (unit: string): Columns => ({ x: ['x', unit], y: ['y', unit], z: ['z', unit] });
const axes = (unit: string): Stream => ({ event: 'other', columns: inUnit(unit) });
const ANDROID_ACCELERATION = inUnit('m/s2');

/** Names and units of a row's columns: an accelerometer of Android measures metres, and it alone tells its accuracy by a number. */
export function columnsOf(stream: string, { columns = {} }: Stream, accuracy: string | undefined): Columns {
  return stream === 'accelerometer' && /^\s*\d/.test(accuracy ?? '') ? ANDROID_ACCELERATION : columns;
}

/** Streams by the names of their folders. */
export const streams: Readonly<Record<string, Stream>> = {
  survey_answers: { event: 'answers' },
  survey_timings: { event: 'other' },
  accelerometer: axes('[g]'),
  gyro: axes('rad/s'),
  magnetometer: axes('uT'),
  devicemotion: { event: 'other' },
  gps: {
    event: 'other',
    columns: { latitude: ['latitude', 'deg'], longitude: ['longitude', 'deg'], altitude: ['altitude', 'm'], accuracy: ['accuracy', 'm'] },
  },
  power_state: { event: 'screen' },
  calls: { event: 'call', columns: { 'duration in seconds': ['duration', 's'] }, seconds: 'duration in seconds' },
  texts: { event: 'other' },
  proximity: { event: 'other' },
  reachability: { event: 'other' },
  // Near devices are other people's; the rest tells of the phone and the app.
  bluetooth: { event: 'left-out' },
  wifi: { event: 'left-out' },
  identifiers: { event: 'left-out' },
  app_log: { event: 'left-out' },
  ios_log: { event: 'left-out' },
};

/** Where a file stands among the streams of a participant; `unnamed` for a table outside their folders. */
export interface Place {
  stream: string;
  patient: string | null;
  /** The folder below the stream: the survey's id. */
  survey: string | null;
  /** What the file's name says, UTC: its hour, or the moment at which a survey was handed in. */
  namedMs: number | null;
}

const NAME_TIME = /^(\d{4}-\d\d-\d\d)[ _](\d\d)_(\d\d)_(\d\d)(?:\.\d+)?(?:\+00_00)?\.csv$/;

/** Reads the path of a file; null where no stream is in it. */
export function placeOf(path: string): Place | null {
  const steps = path.split(/[\\/]/);
  const at = steps.findLastIndex((step, index) => index < steps.length - 1 && Object.hasOwn(streams, step));
  const found = NAME_TIME.exec(steps.at(-1) ?? '');
  if (at === -1) return null;
  const namedMs = found === null ? null : Date.parse(`${found[1]}T${found[2]}:${found[3]}:${found[4]}Z`);
  return {
    stream: steps[at] as string,
    patient: steps[at - 1] ?? null,
    survey: at + 2 < steps.length ? (steps[at + 1] as string) : null,
    namedMs: namedMs === null || Number.isNaN(namedMs) ? null : namedMs,
  };
}
