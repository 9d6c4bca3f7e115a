/** What a unit of the Health app is in UCUM: `value × factor + offset`. */
export interface UnitConversion {
  unit: string;
  factor: number;
  offset: number;
}

const table: Readonly<Record<string, readonly [unit: string, factor: number, offset?: number]>> = {
  count: ['1', 1],
  // HealthKit's percent is a fraction: 0.97 means 97 %.
  '%': ['1', 1],
  'count/min': ['/min', 1],
  'count/s': ['/s', 1],
  ms: ['ms', 1],
  s: ['s', 1],
  min: ['min', 1],
  hr: ['h', 1],
  m: ['m', 1],
  km: ['m', 1000],
  cm: ['m', 0.01],
  mm: ['m', 0.001],
  mi: ['m', 1609.344],
  ft: ['m', 0.3048],
  yd: ['m', 0.9144],
  in: ['m', 0.0254],
  'm/s': ['m/s', 1],
  'km/hr': ['m/s', 1 / 3.6],
  'mi/hr': ['m/s', 0.44704],
  'ft/s': ['m/s', 0.3048],
  kcal: ['kcal', 1],
  Cal: ['kcal', 1],
  cal: ['kcal', 0.001],
  kJ: ['kcal', 1 / 4.184],
  kg: ['kg', 1],
  g: ['g', 1],
  mg: ['mg', 1],
  mcg: ['ug', 1],
  lb: ['kg', 0.453_592_37],
  oz: ['g', 28.349_523_125],
  st: ['kg', 6.350_293_18],
  L: ['L', 1],
  mL: ['mL', 1],
  fl_oz_us: ['mL', 29.573_529_562_5],
  degC: ['Cel', 1],
  degF: ['Cel', 5 / 9, -160 / 9],
  mmHg: ['mm[Hg]', 1],
  'mg/dL': ['mg/dL', 1],
  'mmol/L': ['mmol/L', 1],
  'mL/min·kg': ['mL/kg/min', 1],
  'ml/kg/min': ['mL/kg/min', 1],
  'kcal/hr·kg': ['kcal/h/kg', 1],
  'L/min': ['L/min', 1],
  dBASPL: ['dB[SPL]', 1],
  dBHL: ['dB[HL]', 1],
  mcS: ['uS', 1],
  S: ['S', 1],
  kPa: ['kPa', 1],
  Pa: ['Pa', 1],
  K: ['K', 1],
  d: ['d', 1],
  W: ['W', 1],
  IU: ['[iU]', 1],
  lux: ['lx', 1],
  appleEffortScore: ['{score}', 1],
};

/** The mass of a mole, which stands within a unit with as many digits as the app's version has: `mmol<180.1558800000541>/L`. */
const MOLAR_MASS = /<[\d.]+>/;

/** How to convert from a unit, or null where it is not known. */
export function conversionOf(written: string): UnitConversion | null {
  const unit = written.replace(MOLAR_MASS, '');
  if (!Object.hasOwn(table, unit)) return null;
  const [ucum, factor, offset = 0] = table[unit] as (typeof table)[string];
  return { unit: ucum, factor, offset };
}
