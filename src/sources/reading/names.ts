/** Units that the name of a column tells, the first that fits. */
const UNITS: readonly (readonly [RegExp, string])[] = [
  [/milliseconds|\bms\b|rmssd|sdnn/, 'ms'],
  [/beats.per.minute|heart.rate$|nremhr|\bbpm\b/, '/min'],
  [/breath.*rate|breaths.per.minute|respiratory.rate|\brpm\b/, '/min'],
  [/\bmm per second/, 'mm/s'],
  [/minutes|\bmin\b/, 'min'],
  [/seconds|\bsec\b/, 's'],
  [/celsius|temperature/, 'Cel'],
  [/percent|%|oxygen/, '%'],
  [/kcal|calories/, 'kcal'],
  [/steps|count/, '1'],
];

/** The UCUM unit that a column's name tells, or `1`. */
export function unitOfName(name: string): string {
  const words = name.toLowerCase().replaceAll('_', ' ');
  return UNITS.find(([pattern]) => pattern.test(words))?.[1] ?? '1';
}

/** A name of ours from an outside one: lower case, words with underscores between, at most 100 characters. */
export function snakeCase(name: string): string {
  const snake = name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replaceAll(/[^A-Za-z0-9]+/g, '_')
    .replaceAll(/^_+|_+$/g, '');
  return snake.toLowerCase().slice(0, 100) || 'unnamed';
}
