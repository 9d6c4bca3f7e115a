import type { Event } from '../../../schema/records.ts';

/** What a list of documents holds, by its name in lower case without `_`: of the app's export and of both generations of the API. */
export const eventTypes: Readonly<Record<string, Event['event']>> = {
  ...{ sleep: 'sleep', sleepmodel: 'sleep', restfulperiods: 'sleep' },
  ...{ dailyactivity: 'summary', activity: 'summary', dailyreadiness: 'summary', readiness: 'summary', dailysleep: 'summary' },
  ...{ dailyspo2: 'summary', dailystress: 'summary', dailyresilience: 'summary', dailycardiovascularage: 'summary', vo2max: 'summary' },
  trends: 'summary',
  ...{ workout: 'workout', session: 'other', tag: 'tag', enhancedtag: 'tag', restmodeperiod: 'other' },
};

/** Types of one number at a moment. */
export const sampleTypes: Readonly<Record<string, { column: string; signal: string; unit: string }>> = {
  heartrate: { column: 'bpm', signal: 'heart_rate', unit: '/min' },
  ringbatterylevel: { column: 'level', signal: 'battery_level', unit: '%' },
  temperature: { column: 'skin_temp', signal: 'skin_temperature', unit: 'Cel' },
};

/** Documents of the ring's battery: how full it is, or that it charges. */
export const BATTERY_TYPE = 'ringbatterylevel';

/** Units of fields, the first that fits. The ring counts in seconds. */
const UNITS: readonly (readonly [RegExp, string])[] = [
  [/_interval$/, 's'],
  [/score|contributors|percentage$|efficiency/, '%'],
  [/hrv|rmssd/, 'ms'],
  [/heart_rate|^hr_|_hr$|breath/, '/min'],
  [/temperature/, 'Cel'],
  [/calories|^cal_/, 'kcal'],
  [/met_minutes|^met_min/, '{MET}.min'],
  [/distance|meters|_m$/, 'm'],
  [
    /_time$|_duration$|latency|time_in_bed|^(?:total|awake|rem|deep|light|duration|onset_latency)$|^(?:stress|recovery)_high$|interval$/,
    's',
  ],
  [/pulse_wave_velocity/, 'm/s'],
  [/vo2_max/, 'mL/kg/min'],
];

export function unitOfField(name: string): string {
  return UNITS.find(([pattern]) => pattern.test(name))?.[1] ?? '1';
}

/** Fields that are never 0 of somebody alive: 0 says that the ring has none. */
export const zeroIsNone = /heart_rate|^hr_|hrv|rmssd|breath_?|_breath|score|vo2_max|spo2|vascular_age|pulse_wave/;

/** Fields that are no values: times, ids, and words that the participant wrote for nobody else. */
export const noValues =
  /^(?:id|day|timestamp|timestamp_unix|summary_date|bedtime_(?:start|end)|(?:start|end)_(?:datetime|time|day)|day_(?:start|end)|timezone|date|ring_id|comment|text|label|custom_name|next_token)$/;

/** The name of a list or file as it is called here. */
export function typeOf(written: string): string {
  // `oura_2020-01-01_2020-12-31_trends` names its days before its type.
  if (/^oura.*[_-]trends$/i.test(written)) return 'trends';
  return written
    .toLowerCase()
    .replace(/^oura[_-]/, '')
    .replace(/[_-]?\d{4}.*$/, '')
    .replaceAll(/[^a-z0-9]/g, '');
}

export function isRead(type: string): boolean {
  return Object.hasOwn(eventTypes, type) || Object.hasOwn(sampleTypes, type);
}
