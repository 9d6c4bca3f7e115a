import type { Event } from '../../../schema/records.ts';

/** Minutes in a unit of time, in UCUM. */
const minutes: Readonly<Record<string, number>> = { min: 1, s: 1 / 60, h: 60, ms: 1 / 60_000 };

/** Minutes that a number in a unit is; null where the unit is none of time. */
export function toMinutes(value: number, unit: string): number | null {
  const factor = minutes[unit];
  return factor === undefined ? null : value * factor;
}

/** The same of an event's value. */
export function minutesIn(value: Event['values'][string] | undefined): number | null {
  return typeof value?.value === 'number' ? toMinutes(value.value, value.unit) : null;
}
