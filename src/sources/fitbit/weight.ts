export type MassUnit = 'kg' | 'lb' | 'st';

const KILOGRAMS: Readonly<Record<MassUnit, number>> = { kg: 1, lb: 0.453_592_37, st: 6.350_293_18 };
const UNITS = ['kg', 'lb', 'st'] as const;
/** Heights of adults in metres that are believed where no other height is known. */
const LOWEST = 1.3;
const HIGHEST = 2.2;
const TOLERANCE = 0.04;

/**
 * The unit of a weight, from the index of body mass (kg/m²) beside it: with the height of the profile the one that
 * fits within 4 %, else the only one that gives a height between 1.3 and 2.2 m. Null where more or none fit.
 */
export function massUnit(weight: number, index: number, heightCm: number | null): MassUnit | null {
  if (!(weight > 0) || !(index > 0)) return null;
  const fitting = UNITS.filter((unit) => {
    const height = Math.sqrt((weight * KILOGRAMS[unit]) / index);
    if (heightCm !== null) return Math.abs(height / (heightCm / 100) - 1) < TOLERANCE;
    return height >= LOWEST && height <= HIGHEST;
  });
  return fitting.length === 1 ? (fitting[0] as MassUnit) : null;
}

/** Kilograms, or the weight as it is where its unit is not known. */
export function toKilograms(weight: number, unit: MassUnit | null): number {
  return unit === null ? weight : weight * KILOGRAMS[unit];
}
