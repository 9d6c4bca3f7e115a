import type { Event } from '../../../schema/records.ts';

/** What the rows of one table become. */
export interface AwareTable {
  event: Event['event'] | 'sample' | 'answers' | 'left-out';
  /** Columns with their name and unit here; every other column is a word or pure number under its own name. */
  columns?: Readonly<Record<string, readonly [name: string, unit: string]>>;
  /** Codes of a column in words. */
  codes?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Column with the length in seconds. */
  seconds?: string;
}

const axes = (unit: string): AwareTable => ({
  event: 'other',
  columns: { double_values_0: ['x', unit], double_values_1: ['y', unit], double_values_2: ['z', unit] },
});

/** Tables of the AWARE framework by name; those of RAPIDS for Fitbit behind them. */
export const tables: Readonly<Record<string, AwareTable>> = {
  screen: { event: 'screen', codes: { screen_status: { 0: 'off', 1: 'on', 2: 'locked', 3: 'unlocked' } } },
  calls: {
    event: 'call',
    columns: { call_duration: ['duration', 's'] },
    codes: { call_type: { 1: 'incoming', 2: 'outgoing', 3: 'missed' } },
    seconds: 'call_duration',
  },
  messages: { event: 'other', codes: { message_type: { 1: 'received', 2: 'sent' } } },
  battery: {
    event: 'other',
    columns: { battery_voltage: ['battery_voltage', 'mV'], battery_temperature: ['battery_temperature', 'Cel'] },
  },
  battery_charges: { event: 'other' },
  battery_discharges: { event: 'other' },
  light: { event: 'sample', columns: { double_light_lux: ['light', 'lx'] } },
  barometer: { event: 'sample', columns: { double_values_0: ['pressure', 'mbar'] } },
  temperature: { event: 'sample', columns: { temperature_celsius: ['ambient_temperature', 'Cel'] } },
  accelerometer: axes('m/s2'),
  linear_accelerometer: axes('m/s2'),
  gravity: axes('m/s2'),
  gyroscope: axes('rad/s'),
  magnetometer: axes('uT'),
  rotation: axes('1'),
  locations: {
    event: 'other',
    columns: {
      double_latitude: ['latitude', 'deg'],
      double_longitude: ['longitude', 'deg'],
      double_bearing: ['bearing', 'deg'],
      double_speed: ['speed', 'm/s'],
      double_altitude: ['altitude', 'm'],
      accuracy: ['accuracy', 'm'],
    },
  },
  applications_foreground: { event: 'other' },
  plugin_google_activity_recognition: { event: 'other' },
  plugin_ios_activity_recognition: { event: 'other' },
  conversation: { event: 'other' },
  plugin_studentlife_audio_android: { event: 'other' },
  esms: { event: 'answers' },
  plugin_ios_esm: { event: 'answers' },
  fitbit_heartrate_intraday: { event: 'sample', columns: { heartrate: ['heart_rate', '/min'] } },
  fitbit_heartrate_summary: { event: 'summary' },
  fitbit_steps_intraday: { event: 'sample', columns: { steps: ['steps', '1'] } },
  fitbit_steps_summary: { event: 'summary' },
  fitbit_calories_intraday: { event: 'sample', columns: { value: ['energy', 'kcal'] } },
  fitbit_sleep_intraday: { event: 'sleep', columns: { duration: ['duration', 's'] }, seconds: 'duration' },
  fitbit_sleep_summary: { event: 'sleep' },
  // What is typed goes to others or nobody, and near devices are other people's.
  keyboard: { event: 'left-out' },
  bluetooth: { event: 'left-out' },
  wifi: { event: 'left-out' },
  wifi_visible: { event: 'left-out' },
  wifi_connected: { event: 'left-out' },
  sensor_wifi: { event: 'left-out' },
  notifications: { event: 'left-out' },
  applications_notifications: { event: 'left-out' },
  applications_crashes: { event: 'left-out' },
  clipboard: { event: 'left-out' },
  // Who else somebody knows and meets, and whose account it is.
  plugin_contacts: { event: 'left-out' },
  plugin_contacts_list: { event: 'left-out' },
  plugin_calendar: { event: 'left-out' },
  plugin_ios_calendar: { event: 'left-out' },
  plugin_google_login: { event: 'left-out' },
  aware_device: { event: 'left-out' },
  timezone: { event: 'left-out' },
  multiple_timezones: { event: 'left-out' },
};

/** The table of a file's name: `screen.csv`, `phone_screen_raw.csv`. */
export function tableName(base: string): string {
  const plain = base
    .replace(/\.(?:csv|json)$/, '')
    .replace(/_raw$/, '')
    .replace(/^phone_/, '');
  return plain.replace(/^(?:ios|android)_/, '');
}
