/** Divided, not multiplied by 0.01: the nearest number to the decimal that a source would write. */
export function centi(value: number): number {
  return value / 100;
}

/** Divided by a thousand. */
export function milli(value: number): number {
  return value / 1000;
}

/** Whether a number is the 0 that a source writes where nothing was measured. */
export function isZero(value: number): boolean {
  return value === 0;
}
