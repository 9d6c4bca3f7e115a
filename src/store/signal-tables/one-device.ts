import { deviceClass } from '../daily-signal.ts';
import type { StepValues } from './forms.ts';

interface Part {
  values: number[];
  /** How much there is of it. */
  weight: number;
}

/**
 * Values of one signal of several devices, of which one counts in each period: one that is worn before a phone before any other, then the
 * one with most of the period, then by source and name. They are never added up.
 */
export class OneDevice {
  /** Period → device → what it says. */
  readonly #periods = new Map<number, Map<string, Part>>();

  /** Adds to what a device says of a period. */
  add(period: number, source: string, device: string, value: number, weight = 1): void {
    const part = this.#part(period, source, device);
    part.values.push(value);
    part.weight += weight;
  }

  /** What a device says of a whole period: of several, the largest, for a day that was told before it was over had less. */
  total(period: number, source: string, device: string, value: number): void {
    const part = this.#part(period, source, device);
    part.values = [Math.max(0, ...part.values, value)];
    part.weight = 1;
  }

  #part(period: number, source: string, device: string): Part {
    const name = deviceName(source, device);
    const devices = this.#periods.get(period) ?? new Map<string, Part>();
    this.#periods.set(period, devices);
    const part = devices.get(name) ?? { values: [], weight: 0 };
    devices.set(name, part);
    return part;
  }

  values(): StepValues {
    return new Map([...this.#periods].map(([period, devices]) => [period, sumOf(firstOf(devices, ({ weight }) => weight) as Part)]));
  }
}

/** In order of size: in which order rows came is then no part of the last bit. */
function sumOf({ values }: Part): number {
  return values.sort((a, b) => a - b).reduce((sum, value) => sum + value, 0);
}

export function deviceName(source: string, device: string): string {
  return `${deviceClass(device)}\0${source}\0${device}`;
}

/** What belongs to the device that counts. */
export function firstOf<T>(devices: ReadonlyMap<string, T>, weightOf: (of: T) => number): T | undefined {
  const order = [...devices].sort(([a, one], [b, two]) => Number(a[0]) - Number(b[0]) || weightOf(two) - weightOf(one) || (a < b ? -1 : 1));
  return order[0]?.[1];
}
