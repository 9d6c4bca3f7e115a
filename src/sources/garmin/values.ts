import type { Fields } from '../reading/documents.ts';
import { addNumber, addWord, isMissing, numberFrom, same, type Values } from '../reading/measurements.ts';
import { snakeCase } from '../reading/names.ts';
import { ownValue } from '../reading/own-value.ts';
import { milli } from '../reading/scales.ts';

/** How a field of the vendor's is called here, its unit, and how its number becomes one in it. */
export type FieldTable = Readonly<Record<string, readonly [name: string, unit: string, convert?: (value: number) => number]>>;

/** Times, ids, names that people gave, places, and what says who somebody is: none of them are values. */
const NO_VALUES =
  /timestamp|Time(?:Gmt|GMT|UTC|Local)$|Date$|(?:Id|I[dD]s|Pk|PK|[uU]uid|Msb|Lsb)$|[vV]ersion$|latitude|longitude|[bB]irth|^(?:date|version|name|description|rule|source|notes?|comment|gender|age)$/i;

/** Fields that hold one word out of a few; other texts are not kept. */
const WORDS: ReadonlySet<string> = new Set([
  ...['activityType', 'sportType', 'trainingEffectLabel', 'aerobicTrainingEffectMessage', 'anaerobicTrainingEffectMessage', 'manufacturer'],
  ...['sleepWindowConfirmationType', 'feedback', 'insight', 'validation', 'qualifierKey', 'breathingDisruptionSeverity'],
  ...['sourceType', 'hydrationSource', 'snapshotTimeOfDayType', 'wellnessActivityType', 'sport', 'subSport', 'status'],
]);

/** Units that the names of fields tell, the first that fits. */
const UNITS: readonly (readonly [RegExp, string, ((value: number) => number)?])[] = [
  [/Milliseconds$/, 's', milli],
  [/Seconds$|Duration$/, 's'],
  [/Minutes$/, 'min'],
  [/Meters$/, 'm'],
  [/[cC]alories/, 'kcal'],
  [/InML$/, 'mL'],
  [/HeartRate|HR$|Hr$|Cadence|[rR]espiration/, '/min'],
  [/spo2/i, '%'],
  [/Temperature$/, 'Cel'],
  [/Power$/, 'W'],
  [/vo2Max/i, 'mL/kg/min'],
];

/** Levels that are never 0 of somebody alive: 0 says that nothing was measured. */
const NEVER_ZERO = /heart_rate|spo2|respiration|hrv|vo2_max|body_mass|systolic|diastolic|pulse/;
/** What is counted or lasts, of such levels as of all else: none at all is a value. */
const COUNTED = /(?:^|_)(?:alerts?|counts?|number|measurements?|readings|days|duration|time|seconds|minutes|zones?|percent(?:age)?)(?:_|$)/;
/** What is taken from such a level may be 0 or less. */
const RELATIVE = /(?:^|_)(?:difference|deviation|change)(?:_|$)/;
/** Levels below zero say why there is none. */
const NEVER_NEGATIVE = /(?:^|_)stress(?:_(?:total|awake|asleep))?(?:_(?:average|max|min))?$|body_battery/;

/** Whether a number is what the source writes where it has none. */
export function isNone(name: string, value: number): boolean {
  if (RELATIVE.test(name)) return false;
  const isLevel = NEVER_ZERO.test(name) && !COUNTED.test(name);
  return (isLevel && value <= 0) || ((NEVER_ZERO.test(name) || NEVER_NEGATIVE.test(name)) && value < 0);
}

/** Puts numbers, words and yes or no of an object under our names. What is nested in it is left to who knows it. */
export function addFields(values: Values, fields: Fields, table: FieldTable = {}, prefix = ''): void {
  for (const [field, value] of Object.entries(fields)) {
    const known = ownValue(table, field);
    if (isMissing(value) || (known === undefined && NO_VALUES.test(field))) continue;
    const [unit, convert = same] = known?.slice(1) ?? unitOf(field);
    const name = `${prefix}${known?.[0] ?? snakeCase(field)}`;
    const number = numberFrom(value);
    if (typeof value === 'boolean') values[name] = { value: Number(value), unit: '1' };
    else if (!Number.isNaN(number)) {
      if (!isNone(name, number)) addNumber(values, name, number, unit as string, convert as (value: number) => number);
    } else if (WORDS.has(field)) addWord(values, name, value);
  }
}

function unitOf(field: string): readonly [string, ((value: number) => number)?] {
  const found = UNITS.find(([pattern]) => pattern.test(field));
  return found === undefined ? ['1'] : [found[1], found[2]];
}
