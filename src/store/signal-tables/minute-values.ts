import type { SampleColumns } from '../series-codec.ts';
import { dayMs, forms, type TableValues } from './forms.ts';
import { deviceName, firstOf } from './one-device.ts';

const { stepMs } = forms.minutes;

/** Of a sample that lies over more than this it is not told which minute it is of. */
const longestMs = 5 * stepMs;

const names: Readonly<Record<string, string>> = { heart_rate: 'HR', activity: 'ACTIVITY' };

/** Samples of a device on one day of UTC, by minute. */
type Minutes = Map<number, number[]>;

/** Minutes of heart rate and activity. On each day of UTC one device counts: of those worn, the one with most minutes. */
export class MinuteValues {
  /** Signal → day of UTC → device. */
  readonly #signals = new Map<string, Map<number, Map<string, Minutes>>>();

  samples(source: string, signal: string, _unit: string, { device, start, end, value }: SampleColumns): void {
    const name = names[signal];
    if (name === undefined) return;
    const days = this.#signals.get(name) ?? new Map<number, Map<string, Minutes>>();
    this.#signals.set(name, days);
    for (let i = 0; i < start.length; i++) {
      const at = start[i] as number;
      if ((end[i] as number) - at > longestMs) continue;
      const minute = Math.floor(at / stepMs);
      const minutes = minutesOf(days, Math.floor(at / dayMs), deviceName(source, device));
      const list = minutes.get(minute);
      if (list) list.push(value[i] as number);
      else minutes.set(minute, [value[i] as number]);
    }
  }

  event(): void {}

  values(): TableValues {
    const values: TableValues = {};
    for (const [name, days] of this.#signals) {
      const steps = new Map<number, number>();
      for (const devices of days.values()) {
        for (const [minute, list] of firstOf(devices, (minutes) => minutes.size) ?? []) steps.set(minute, meanOf(list));
      }
      values[name] = steps;
    }
    return values;
  }
}

function minutesOf(days: Map<number, Map<string, Minutes>>, day: number, device: string): Minutes {
  const devices = days.get(day) ?? new Map<string, Minutes>();
  days.set(day, devices);
  const minutes = devices.get(device) ?? new Map<number, number[]>();
  devices.set(device, minutes);
  return minutes;
}

/** Added up in order of size: how samples were cut into rows is then no part of the last bit. */
function meanOf(list: readonly number[]): number {
  return [...list].sort((a, b) => a - b).reduce((sum, value) => sum + value, 0) / list.length;
}
