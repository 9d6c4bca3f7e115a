import type { Moment } from '../../../schema/records.ts';
import type { Clock } from '../reading/clock.ts';
import { addNumber, contentId, eventOutcome, isMissing, numberFrom, sampleOutcome, type Values } from '../reading/measurements.ts';
import { snakeCase, unitOfName } from '../reading/names.ts';
import type { Outcome } from '../reading/outcome.ts';
import type { Row } from '../reading/tables.ts';
import { msOf } from '../reading/time.ts';
import { deviceOf } from './devices.ts';
import { centimetres, MINUTE_MS } from './series.ts';
import { dayOf, localOf, utcOf, versionOf } from './times.ts';
import { exerciseRow, sleepRow, sleepStageRow } from './user-tables.ts';

export interface TableRole {
  role: string;
  /** Matches the file's name in lower case. */
  pattern: RegExp;
  outcome: (row: Row, clock: Clock) => Outcome;
}

const HOURS_24_MS = 86_400_000;
const fraction = centimetres;
const thousandth = (value: number): number => value / 1000;

/** Columns in which a table may have its time. */
const TIMES = ['timestamp', 'date_time', 'recorded_time', 'score_time', 'sleep_start', 'date', 'DATE', 'start time'];

type Times = 'utc' | 'local' | 'day';

function readTime(row: Row, times: Times, clock: Clock): Moment | null {
  const written = TIMES.map((column) => row[column]).find((cell) => !isMissing(cell));
  return times === 'utc' ? utcOf(written, clock) : times === 'local' ? localOf(written, clock) : dayOf(written, clock);
}

interface Measures {
  signal: string;
  unit: string;
  column: string;
  times: Times;
  spanMs?: number;
  convert?: (value: number) => number;
  zeroIsNone?: boolean;
  /** A column that says which of several signals the row measures. */
  part?: string;
}

function samples(role: string, pattern: RegExp, measures: Measures): TableRole {
  const { unit, column, times, spanMs = 0, convert, zeroIsNone, part } = measures;
  const outcome = (row: Row, clock: Clock): Outcome => {
    const time = readTime(row, times, clock);
    const signal = part === undefined || isMissing(row[part]) ? measures.signal : `${measures.signal}_${snakeCase(row[part] as string)}`;
    return sampleOutcome(clock, {
      ...{ signal, unit, device: deviceOf(row['data source']), time, value: row[column] },
      ...(time === null ? {} : { endMs: msOf(time) + spanMs }),
      ...(convert === undefined ? {} : { convert }),
      ...(zeroIsNone === true ? { isNone: (value: number) => value === 0 } : {}),
    });
  };
  return { role, pattern, outcome };
}

/** Columns that are times, ids or devices, and so none of a summary's values. */
const NO_VALUES: ReadonlySet<string> = new Set([
  ...TIMES,
  ...['UPDATED_AT', 'data source', 'user_id', 'sleep_log_entry_id', 'sleep_id', 'sleep_score_id', 'sleep_end', 'score_utc_offset'],
]);
const IDS = ['sleep_log_entry_id', 'sleep_score_id'];

/** A row of many values: one event of that day or night. */
function summary(role: string, pattern: RegExp, times: Times): TableRole {
  const outcome = (row: Row, clock: Clock): Outcome => {
    const time = readTime(row, times, clock);
    const values: Values = {};
    if (row.CALCULATION_FAILED !== 'true') {
      for (const [column, cell] of Object.entries(row)) {
        if (!NO_VALUES.has(column) && column !== '') addValue(values, column, cell);
      }
    }
    const own = IDS.map((column) => row[column]).find((cell) => !isMissing(cell));
    const device = deviceOf(row['data source']);
    const id = `${role} ${own ?? (time === null ? '' : contentId(time.utc, device))}`;
    return eventOutcome(clock, { id, event: 'summary', time, end: null, values, device, version: versionOf(row.UPDATED_AT, clock) });
  };
  return { role, pattern, outcome };
}

function addValue(values: Values, column: string, cell: string): void {
  if (Number.isNaN(numberFrom(cell))) {
    if (!isMissing(cell) && cell !== 'NaN') values[snakeCase(column)] = { value: cell.slice(0, 1024), unit: '1' };
  } else addNumber(values, snakeCase(column), cell, unitOfName(column));
}

const utcMinutes = { times: 'utc', spanMs: MINUTE_MS } as const;
const RATE = { unit: '/min', column: 'beats per minute', zeroIsNone: true } as const;
const OXYGEN = { signal: 'oxygen_saturation', unit: '1', times: 'utc', convert: fraction, zeroIsNone: true } as const;
const WARMTH = { signal: 'skin_temperature_deviation', unit: 'Cel', column: 'temperature', times: 'local' } as const;

/** Tables of both generations of the export, by their files' names. */
export const tableRoles: readonly TableRole[] = [
  samples('steps-table', /^steps_\d/, { signal: 'steps', unit: '1', column: 'steps', ...utcMinutes }),
  samples('heart-rate-table', /^heart_rate_\d/, { signal: 'heart_rate', times: 'utc', ...RATE }),
  samples('distance-table', /^distance_\d/, { signal: 'distance', unit: 'm', column: 'distance', ...utcMinutes }),
  samples('calories-table', /^calories_\d/, { signal: 'energy', unit: 'kcal', column: 'calories', ...utcMinutes }),
  samples('floors-table', /^floors_\d/, { signal: 'flights_climbed', unit: '1', column: 'floors', ...utcMinutes }),
  samples('weight-table', /^weight(?:_\d.*)?\.csv$/, {
    signal: 'body_mass',
    unit: 'kg',
    column: 'weight grams',
    times: 'utc',
    convert: thousandth,
  }),
  samples('height-table', /^height(?:_\d.*)?\.csv$/, {
    signal: 'height',
    unit: 'm',
    column: 'height millimeters',
    times: 'utc',
    convert: thousandth,
  }),
  samples('body-fat-table', /^body_fat/, {
    signal: 'body_fat_percentage',
    unit: '1',
    column: 'body fat percentage',
    times: 'utc',
    convert: fraction,
  }),
  samples('hrv-table', /^heart_rate_variability_\d/, {
    ...{ signal: 'hrv_rmssd', unit: 'ms', times: 'utc' },
    column: 'root mean square of successive differences milliseconds',
  }),
  samples('temperature-table', /^body_temperature/, {
    signal: 'body_temperature',
    unit: 'Cel',
    column: 'temperature celsius',
    times: 'utc',
  }),
  samples('oxygen-table', /^oxygen_saturation_\d/, { ...OXYGEN, column: 'oxygen saturation percentage' }),
  samples('breathing-table', /^respiratory_rate_\d/, {
    signal: 'respiratory_rate',
    unit: '/min',
    column: 'breaths per minute',
    times: 'utc',
  }),
  samples('resting-heart-rate-table', /^(?:daily_)?resting_heart_rate/, {
    signal: 'resting_heart_rate',
    times: 'day',
    spanMs: HOURS_24_MS,
    ...RATE,
  }),
  samples('zone-minutes-table', /^active_zone_minutes_\d/, {
    ...{ signal: 'active_zone_minutes', unit: 'min', column: 'total minutes', part: 'heart rate zone' },
    ...utcMinutes,
  }),
  samples('minute-oxygen', /^minute spo2 - /, { ...OXYGEN, column: 'value' }),
  samples('oxygen-variation', /^estimated_oxygen_variation-/, {
    ...{ signal: 'oxygen_variation', unit: '1', column: 'Infrared to Red Signal Ratio', times: 'utc' },
  }),
  samples('device-temperature', /^device temperature - /, WARMTH),
  samples('wrist-temperature', /^wrist temperature - /, WARMTH),
  samples('hrv-details', /^heart rate variability details - /, {
    signal: 'hrv_rmssd',
    unit: 'ms',
    column: 'rmssd',
    times: 'local',
    zeroIsNone: true,
  }),
  samples('zone-minutes', /^active zone minutes - /, {
    ...{ signal: 'active_zone_minutes', unit: 'min', column: 'total_minutes', times: 'local', spanMs: MINUTE_MS, part: 'heart_zone_id' },
  }),
  summary('sleep-score', /^sleep_score\.csv$/, 'local'),
  summary('sleep-score-table', /^usersleepscores/, 'utc'),
  summary('stress-score', /^stress score/, 'day'),
  summary('breathing-summary', /^respiratory rate summary/, 'local'),
  summary('daily-summary', /^daily (?:heart rate variability|respiratory rate|spo2|readiness)/, 'day'),
  summary('daily-table', /^daily_(?!resting)[a-z_]+(?:_\d.*)?\.csv$/, 'day'),
  summary('computed-temperature', /^computed temperature - /, 'local'),
  summary('active-minutes-table', /^active_minutes_\d/, 'utc'),
  { role: 'sleep-table', pattern: /^usersleeps_/, outcome: sleepRow },
  { role: 'sleep-stage-table', pattern: /^usersleepstages_/, outcome: sleepStageRow },
  { role: 'exercise-table', pattern: /^userexercises_/, outcome: exerciseRow },
];

const byRole: ReadonlyMap<string, TableRole> = new Map(tableRoles.map((table) => [table.role, table]));

export function tableRole(role: string): TableRole | undefined {
  return byRole.get(role);
}
