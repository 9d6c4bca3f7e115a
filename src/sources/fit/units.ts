import { Profile } from '@garmin/fitsdk';

type Conversion = readonly [unit: string, factor: number];

/** What the profile's units are in UCUM. */
const table: Readonly<Record<string, Conversion>> = {
  bpm: ['/min', 1],
  rpm: ['/min', 1],
  'strides/min': ['/min', 1],
  'breaths/min': ['/min', 1],
  'Breaths/min': ['/min', 1],
  m: ['m', 1],
  mm: ['mm', 1],
  km: ['m', 1000],
  'm/s': ['m/s', 1],
  'mm/s': ['mm/s', 1],
  s: ['s', 1],
  ms: ['ms', 1],
  min: ['min', 1],
  minutes: ['min', 1],
  kcal: ['kcal', 1],
  'kcal / day': ['kcal/d', 1],
  'kcal/min': ['kcal/min', 1],
  watts: ['W', 1],
  J: ['J', 1],
  C: ['Cel', 1],
  '%': ['%', 1],
  percent: ['%', 1],
  kg: ['kg', 1],
  V: ['V', 1],
  mmHg: ['mm[Hg]', 1],
  Pa: ['Pa', 1],
  degrees: ['deg', 1],
  radians: ['rad', 1],
  semicircles: ['deg', 180 / 2 ** 31],
  mG: ['m[g]', 1],
  G: ['[g]', 1],
  'm/s^2': ['m/s2', 1],
  'mL/kg/min': ['mL/kg/min', 1],
  steps: ['1', 1],
  strides: ['1', 1],
  strokes: ['1', 1],
  cycles: ['1', 1],
  laps: ['1', 1],
  lengths: ['1', 1],
};

const units = new Map<number, ReadonlyMap<string, string>>();

/** How a field of a message becomes UCUM; a number without a unit, or with one that the table lacks, stays as it is. */
export function conversionFor(global: number, field: string): Conversion {
  return conversionOf(unitsOf(global).get(field) ?? '') ?? ['1', 1];
}

/** How a unit becomes UCUM, or null where the table lacks it. */
export function conversionOf(unit: string): Conversion | null {
  return Object.hasOwn(table, unit) ? (table[unit] as Conversion) : null;
}

function unitsOf(global: number): ReadonlyMap<string, string> {
  let known = units.get(global);
  if (known === undefined) {
    const written = (given: unknown): string => (Array.isArray(given) ? String(given[0] ?? '') : String(given ?? ''));
    const entries: [string, string][] = [];
    for (const field of Object.values(Profile.messages[global]?.fields ?? {})) {
      entries.push([field.name, written(field.units)]);
      for (const sub of field.subFields ?? []) entries.push([sub.name, written(sub.units)]);
    }
    known = new Map(entries);
    units.set(global, known);
  }
  return known;
}
