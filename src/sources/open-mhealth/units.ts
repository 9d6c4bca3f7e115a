/** What Open mHealth's units are in UCUM: the unit, and the factor and offset to it. */
const table: Readonly<Record<string, readonly [unit: string, factor: number, offset?: number]>> = {
  'beats/min': ['/min', 1],
  'breaths/min': ['/min', 1],
  'events/h': ['/h', 1],
  steps: ['1', 1],
  '%': ['1', 0.01],
  fg: ['fg', 1],
  pg: ['pg', 1],
  ng: ['ng', 1],
  ug: ['ug', 1],
  mg: ['mg', 1],
  g: ['g', 1],
  kg: ['kg', 1],
  'Metric Ton': ['kg', 1000],
  gr: ['mg', 64.798_91],
  oz: ['g', 28.349_523_125],
  lb: ['kg', 0.453_592_37],
  Ton: ['kg', 907.184_74],
  fm: ['m', 1e-15],
  pm: ['m', 1e-12],
  nm: ['m', 1e-9],
  um: ['m', 1e-6],
  mm: ['m', 0.001],
  cm: ['m', 0.01],
  m: ['m', 1],
  km: ['m', 1000],
  in: ['m', 0.0254],
  ft: ['m', 0.3048],
  yd: ['m', 0.9144],
  mi: ['m', 1609.344],
  K: ['Cel', 1, -273.15],
  F: ['Cel', 5 / 9, -160 / 9],
  C: ['Cel', 1],
  ps: ['s', 1e-12],
  ns: ['s', 1e-9],
  us: ['s', 1e-6],
  ms: ['ms', 1],
  sec: ['s', 1],
  min: ['min', 1],
  h: ['h', 1],
  d: ['d', 1],
  wk: ['wk', 1],
  Mo: ['mo', 1],
  yr: ['a', 1],
  kcal: ['kcal', 1],
  cal: ['kcal', 0.001],
  'mg/dL': ['mg/dL', 1],
  'mmol/L': ['mmol/L', 1],
  mmHg: ['mm[Hg]', 1],
  'kg/m2': ['kg/m2', 1],
  'kg/m^2': ['kg/m2', 1],
  'L/min': ['L/min', 1],
  'm/s': ['m/s', 1],
  'mi/h': ['m/s', 0.44704],
  'km/h': ['m/s', 1 / 3.6],
  'm/s^2': ['m/s2', 1],
  'rad/s': ['rad/s', 1],
  rad: ['rad', 1],
  deg: ['deg', 1],
  dB: ['dB', 1],
  lux: ['lx', 1],
  lx: ['lx', 1],
  T: ['T', 1],
  mT: ['mT', 1],
  uT: ['uT', 1],
  ppm: ['[ppm]', 1],
};

/** A value in UCUM, or null where the unit is not known. */
export function inUcum(value: number, unit: string): { value: number; unit: string } | null {
  if (!Object.hasOwn(table, unit)) return null;
  const [ucum, factor, offset = 0] = table[unit] as (typeof table)[string];
  return { value: factor === 1 && offset === 0 ? value : value * factor + offset, unit: ucum };
}

const SECONDS: Readonly<Record<string, number>> = {
  ps: 1e-12,
  ns: 1e-9,
  us: 1e-6,
  ms: 0.001,
  sec: 1,
  min: 60,
  h: 3600,
  d: 86_400,
  wk: 604_800,
};

/** Milliseconds of a duration; null for months and years, which have no one length. */
export function durationMs(value: number, unit: string): number | null {
  return Object.hasOwn(SECONDS, unit) ? value * (SECONDS[unit] as number) * 1000 : null;
}
