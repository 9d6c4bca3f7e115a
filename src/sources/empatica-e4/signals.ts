/** Signals that a recording holds at a fixed rate: our name, UCUM unit, values a line. */
export interface RegularSignal {
  signal: string;
  unit: string;
  channels: number;
}

const regular: Readonly<Record<string, RegularSignal>> = {
  // Raw counts of a ±2 g sensor: 64 to the standard gravity. Kept as counts, as the file has them.
  acc: { signal: 'acc', unit: '{count}', channels: 3 },
  bvp: { signal: 'bvp', unit: '1', channels: 1 },
  eda: { signal: 'eda', unit: 'uS', channels: 1 },
  temp: { signal: 'temp', unit: 'Cel', channels: 1 },
  hr: { signal: 'hr', unit: '/min', channels: 1 },
};

/** The signal of a role, or null where the role has no fixed rate. */
export function regularSignal(role: string | null): RegularSignal | null {
  return role !== null && Object.hasOwn(regular, role) ? (regular[role] as RegularSignal) : null;
}

/** What a file of a recording is by its name, or null when it is not read. */
export function roleOf(baseName: string): string | null {
  const name = /^([a-z]+)\.csv$/.exec(baseName)?.[1] ?? '';
  return regularSignal(name) !== null || name === 'ibi' || name === 'tags' ? name : null;
}

/** Lines before the first sample: start and rate, start alone, none. */
export function headerLines(role: string | null): number {
  if (role === 'tags') return 0;
  return role === 'ibi' ? 1 : 2;
}
