import type { Moment } from '../../../schema/records.ts';
import type { Clock } from '../reading/clock.ts';
import { addNumber, addWord, contentId, eventOutcome, isMissing, numberFrom, sampleOutcome, type Values } from '../reading/measurements.ts';
import { snakeCase, unitOfName } from '../reading/names.ts';
import type { Outcome } from '../reading/outcome.ts';
import { isZero } from '../reading/scales.ts';
import type { Row } from '../reading/tables.ts';
import { msOf } from '../reading/time.ts';
import { DEVICE, MINUTE_MS } from './series.ts';
import type { TableRole } from './table-shapes.ts';
import { americanOf } from './times.ts';
import { toKilograms } from './weight.ts';

/** Tables that the service Fitabase makes of the trackers of a study's people. Names of columns are here in snake case. */
export const fitabaseShape = { nameOf: snakeCase, person: 'id' } as const;

const HOUR_MS = 60 * MINUTE_MS;
const DAYS = ['activity_date', 'activity_day', 'sleep_day'];
const FINER = ['activity_hour', 'activity_minute'];
const CLOCK = /^\d{1,2}:\d\d(?::\d\d)?(?:\s*[ap]m)?$/i;

/** Wall clock of a cell; where spreadsheets have parted day and hour, of the two cells. */
function timeOf(row: Row, column: string, clock: Clock): Moment | null {
  const written = row[column]?.trim() ?? '';
  const day = CLOCK.test(written) ? (row.activity_date ?? row.date ?? '').trim() : written;
  const hour = CLOCK.test(written) ? written : (row.time?.trim() ?? '');
  const apart = day !== written || (column !== 'time' && CLOCK.test(hour));
  return clock.at(americanOf(apart ? `${day.split(' ')[0]} ${hour}` : written));
}

/** R writes NA where there is nothing. */
function filled(cell: string | undefined): string {
  return cell === undefined || cell === 'NA' ? '' : cell;
}

interface Measures {
  time: string;
  column: string;
  signal: string;
  unit: string;
  spanMs: number;
  convert?: (value: number) => number;
  isNone?: (value: number) => boolean;
  /** More columns that the table has. */
  beside?: readonly string[];
}

function series(role: string, measures: Measures): TableRole {
  const { time: when, column, spanMs, beside = [], ...given } = measures;
  const outcome = (row: Row, clock: Clock): Outcome => {
    const time = timeOf(row, when, clock);
    const end = time === null ? {} : { endMs: msOf(time) + spanMs };
    return sampleOutcome(clock, { ...given, ...end, device: DEVICE, time, value: filled(row[column]) });
  };
  const needed = [when, column, ...beside];
  const fits = (columns: readonly string[]): boolean => needed.every((name) => columns.map(snakeCase).includes(name));
  return { role, pattern: /\.csv$/, fits, outcome, ...fitabaseShape };
}

const hourly = (role: string, column: string, signal: string, unit: string): TableRole =>
  series(role, { time: 'activity_hour', column, signal, unit, spanMs: HOUR_MS });
const minutely = (role: string, column: string, signal: string, unit: string, convert?: (value: number) => number): TableRole =>
  series(role, { time: 'activity_minute', column, signal, unit, spanMs: MINUTE_MS, ...(convert === undefined ? {} : { convert }) });

/** Totals of a day or night: kilometres, minutes, calories. Which of the day's tables it is, its values tell. */
function dayRow(row: Row, clock: Clock): Outcome {
  const column = DAYS.find((name) => !isMissing(row[name])) ?? '';
  const time = clock.at(americanOf(row[column]?.trim().split(' ')[0]));
  const values: Values = {};
  for (const [name, cell] of Object.entries(row)) {
    if (name === 'id' || name === '' || name === 'unnamed' || DAYS.includes(name)) continue;
    if (name.includes('distance')) addNumber(values, name, filled(cell), 'm', (kilometres) => kilometres * 1000, 'km');
    else addNumber(values, name, filled(cell), /time_in_bed|time_to_/.test(name) ? 'min' : unitOfName(name));
  }
  const id = time === null ? null : `day ${contentId(time.utc, ...Object.keys(values).sort())}`;
  return eventOutcome(clock, { id, event: 'summary', time, end: null, values, device: DEVICE, version: null });
}

function weightRow(row: Row, clock: Clock): Outcome {
  const time = timeOf(row, 'date', clock);
  const values: Values = {};
  if (Number.isNaN(numberFrom(row.weight_kg)))
    addNumber(values, 'body_mass', row.weight_pounds, 'kg', (pounds) => toKilograms(pounds, 'lb'), 'lb');
  else addNumber(values, 'body_mass', row.weight_kg, 'kg');
  addNumber(values, 'body_mass_index', row.bmi, 'kg/m2');
  addNumber(values, 'body_fat', row.fat, '%');
  addWord(values, 'is_manual', filled(row.is_manual_report));
  const own = filled(row.log_id) || (time === null ? '' : contentId(time.utc, row.weight_kg, row.weight_pounds));
  return eventOutcome(clock, { id: `weight ${own}`, event: 'other', time, end: null, values, device: DEVICE, version: null });
}

const isDay = (columns: readonly string[]): boolean => {
  const names = columns.map(snakeCase);
  return names.includes('id') && DAYS.some((name) => names.includes(name)) && !FINER.some((name) => names.includes(name));
};
const isWeight = (columns: readonly string[]): boolean => {
  const names = columns.map(snakeCase);
  return names.includes('date') && names.includes('id') && (names.includes('weight_kg') || names.includes('weight_pounds'));
};

/** By their columns: studies name and merge the files as they like. */
export const fitabaseRoles: readonly TableRole[] = [
  {
    ...series('study-heart-rate', {
      ...{ time: 'time', column: 'value', signal: 'heart_rate', unit: '/min', spanMs: 0, isNone: isZero },
    }),
    // Time and value alone are columns of anybody's table.
    pattern: /heart_?rate.*(?:merged|seconds|1min).*\.csv$/,
  },
  series('study-sleep-minutes', {
    ...{ time: 'date', column: 'value', signal: 'sleep_level', unit: '1', spanMs: MINUTE_MS },
    beside: ['log_id'],
  }),
  hourly('study-hour-steps', 'step_total', 'steps_hourly', '1'),
  hourly('study-hour-intensity', 'total_intensity', 'activity_intensity_hourly', '1'),
  hourly('study-hour-calories', 'calories', 'energy_hourly', 'kcal'),
  minutely('study-minute-steps', 'steps', 'steps', '1'),
  minutely('study-minute-calories', 'calories', 'energy', 'kcal'),
  minutely('study-minute-intensity', 'intensity', 'activity_intensity', '1'),
  // Written as ten times what they are.
  minutely('study-minute-mets', 'me_ts', 'metabolic_equivalent', '{MET}', (tenths) => tenths / 10),
  minutely('study-minute-mets-plain', 'mets', 'metabolic_equivalent', '{MET}', (tenths) => tenths / 10),
  { role: 'study-weight', pattern: /\.csv$/, fits: isWeight, outcome: weightRow, ...fitabaseShape },
  { role: 'study-day', pattern: /\.csv$/, fits: isDay, outcome: dayRow, ...fitabaseShape },
];

const NAME = /^(?:daily|hourly|minute|heartrate|sleepday|weightloginfo)\w*_merged\.csv$/;

/** The role of a file of which only the name is known. */
export function fitabaseRole(base: string): string | null {
  return NAME.test(base) ? 'study-day' : null;
}
