/**
 * Writes the synthetic database of the fixtures, with tables and columns as Android's Health Connect has them:
 *
 *   node src/sources/health-connect/make-fixture.ts src/sources/health-connect/fixtures/health_connect_export.db
 */
import { rmSync } from 'node:fs';
import Database from 'better-sqlite3';

/** 2024-03-31 00:00 UTC, the day on which clocks change in Europe. */
const START_MS = Date.UTC(2024, 2, 31);
const HOUR_MS = 3_600_000;

const HEAD =
  'row_id integer primary key autoincrement, uuid blob unique, last_modified_time integer, client_record_id text, client_record_version text, device_info_id integer, app_info_id integer, recording_method integer, dedupe_hash blob';
const INSTANT = `${HEAD}, time integer, zone_offset integer, local_date integer`;
const INTERVAL = `${HEAD}, start_time integer, start_zone_offset integer, end_time integer, end_zone_offset integer, local_date integer`;
const COMPUTED = 'local_date_time integer as (time + 1000 * zone_offset)';
const SERIES = 'parent_key integer';

const tables: Readonly<Record<string, string>> = {
  android_metadata: 'locale text',
  application_info_table: 'row_id integer primary key, package_name text, app_name text, app_icon blob, record_types_used text',
  device_info_table: 'row_id integer primary key, manufacturer text, model text, device_type integer',
  change_logs_table: 'row_id integer primary key, record_type integer, uuids blob',
  steps_record_table: `${INTERVAL}, count integer`,
  weight_record_table: `${INSTANT}, weight real, ${COMPUTED}`,
  heart_rate_record_table: INTERVAL,
  heart_rate_record_series_table: `${SERIES}, beats_per_minute integer, epoch_millis integer`,
  SpeedRecordTable: INTERVAL,
  speed_record_table: `${SERIES}, speed real, epoch_millis integer`,
  sleep_session_record_table: `${INTERVAL}, notes text, title text`,
  sleep_stages_table: `${SERIES}, stage_start_time integer, stage_end_time integer, stage_type integer`,
  exercise_session_record_table: `${INTERVAL}, exercise_type integer, title text, notes text, has_route integer`,
  nutrition_record_table: `${INTERVAL}, energy real`,
  brain_waves_record_table: `${INSTANT}, waves real`,
};

/** Makes the database anew; the same bytes each time but for what SQLite itself writes. */
export function makeFixture(path: string): void {
  rmSync(path, { force: true });
  const database = new Database(path);
  try {
    database.pragma('page_size = 1024');
    for (const [name, columns] of Object.entries(tables)) database.exec(`create table ${name} (${columns})`);
    fill((table, row) => {
      const names = Object.keys(row);
      const marks = names.map(() => '?').join(', ');
      database.prepare(`insert into ${table} (${names.join(', ')}) values (${marks})`).run(...Object.values(row));
    });
  } finally {
    database.close();
  }
}

type Insert = (table: string, row: Record<string, string | number | Buffer | null>) => void;

function fill(insert: Insert): void {
  insert('android_metadata', { locale: 'en_GB' });
  insert('application_info_table', { row_id: 3, package_name: 'org.example.phone', app_name: 'Steps' });
  insert('application_info_table', { row_id: 4, package_name: 'org.example.watch', app_name: 'Watch' });
  insert('device_info_table', { row_id: 1, manufacturer: 'Example', model: 'E1', device_type: 2 });
  insert('device_info_table', { row_id: 2, manufacturer: 'Example', model: 'W2', device_type: 1 });
  insert('change_logs_table', { record_type: 1, uuids: Buffer.from('private') });
  for (const [app, offset, hour, count] of [
    [3, 3600, 8, 55],
    [4, 3600, 8, 52],
    [3, 7200, 1, 40],
  ] as const) {
    insert('steps_record_table', { ...interval(app, offset, hour), count });
  }
  insert('weight_record_table', { ...instant(4, 7200, 6), weight: 70_125.5 });
  insert('weight_record_table', { ...instant(4, 7200, 7), weight: 0 });
  insert('heart_rate_record_table', interval(4, 7200, 2));
  for (const [minute, beats] of [
    [0, 61],
    [1, 62],
    [2, 0],
  ] as const) {
    insert('heart_rate_record_series_table', {
      ...{ parent_key: 1, beats_per_minute: beats },
      epoch_millis: START_MS + 2 * HOUR_MS + minute * 60_000,
    });
  }
  insert('SpeedRecordTable', interval(3, 7200, 9));
  insert('speed_record_table', { parent_key: 1, speed: 1.5, epoch_millis: START_MS + 9 * HOUR_MS });
  insert('sleep_session_record_table', { ...interval(4, 7200, -2, 8), title: 'Bad night', notes: 'argued with Sam' });
  insert('sleep_stages_table', { parent_key: 1, stage_start_time: START_MS, stage_end_time: START_MS + HOUR_MS, stage_type: 5 });
  insert('exercise_session_record_table', { ...interval(4, 7200, 16), exercise_type: 56, has_route: 0, title: 'Run with Sam' });
  insert('nutrition_record_table', { ...interval(3, 7200, 12), energy: 500 });
  insert('brain_waves_record_table', { ...instant(4, 7200, 12), waves: 1 });
}

let uuids = 0;

function head(app: number) {
  uuids = (uuids + 1) % 200;
  const uuid = Buffer.alloc(16, uuids);
  return {
    uuid,
    last_modified_time: START_MS + 20 * HOUR_MS,
    device_info_id: app - 2,
    app_info_id: app,
    dedupe_hash: Buffer.alloc(4, uuids),
  };
}

function instant(app: number, offset: number, hour: number) {
  return { ...head(app), time: START_MS + hour * HOUR_MS, zone_offset: offset, local_date: 19_813 };
}

function interval(app: number, offset: number, hour: number, hours = 1) {
  const start = START_MS + hour * HOUR_MS;
  const times = { start_time: start, start_zone_offset: offset, end_time: start + hours * HOUR_MS, end_zone_offset: offset };
  return { ...head(app), ...times, local_date: 19_813 };
}

const [, script, path] = process.argv;
if (script === import.meta.filename && path !== undefined) makeFixture(path);
