import type { Event } from '../../../schema/records.ts';
import { dayMs, type StepValues } from './forms.ts';
import { deviceName, firstOf } from './one-device.ts';
import { minutesIn } from './units.ts';

/** A night as a device tells it: its own sum of minutes asleep, or a stage of it. */
interface Night {
  from: number;
  to: number;
  minutes: number;
}

interface DeviceNights {
  totals: Night[];
  stages: Night[];
}

/** Names under which sources have the minutes asleep of a night. */
const totals = ['minutes_asleep', 'total_sleep_duration', 'asleep_duration', 'total_sleep_time'] as const;
/** Of a night that has no sum: stages that add up to it. */
const parts = ['deep_sleep_duration', 'light_sleep_duration', 'rem_sleep_duration'] as const;
const asleep = /^(?:asleep|sleep|sleeping|light|deep|rem|core)(?:_|$)/;

/** A night is of the day on which it ends. A stage does not tell the end of its night: those from six in the evening on are of the next day. */
const eveningMs = 6 * 3_600_000;
const minuteMs = 60_000;

/** Minutes asleep by day, of one device each day: one that is worn first, then the one with most minutes, then by source and name. */
export class Nights {
  readonly #days = new Map<number, Map<string, DeviceNights>>();

  event(source: string, { values, device }: Event, from: number, to: number | null): void {
    if (isNap(values)) return;
    const minutes = minutesAsleep(values);
    if (minutes !== null) this.total(source, device ?? '', from, to ?? from, minutes);
    else if (to !== null && isAsleep(values)) {
      const night = { from, to, minutes: (to - from) / minuteMs };
      this.#device(Math.floor((to + eveningMs) / dayMs), source, device ?? '').stages.push(night);
    }
  }

  total(source: string, device: string, from: number, to: number, minutes: number): void {
    this.#device(Math.floor(to / dayMs), source, device).totals.push({ from, to, minutes });
  }

  #device(day: number, source: string, device: string): DeviceNights {
    const name = deviceName(source, device);
    const devices = this.#days.get(day) ?? new Map<string, DeviceNights>();
    this.#days.set(day, devices);
    const nights = devices.get(name) ?? { totals: [], stages: [] };
    devices.set(name, nights);
    return nights;
  }

  values(): StepValues {
    const values: StepValues = new Map();
    for (const [day, devices] of this.#days) {
      const minutes = new Map([...devices].map(([name, nights]) => [name, nightMinutes(nights)]));
      values.set(day, firstOf(minutes, (all) => all) as number);
    }
    return values;
  }
}

/** The same night stands in several files, and stages of several versions lie over one another: none counts twice. */
function nightMinutes({ totals: nights, stages }: DeviceNights): number {
  let [sum, until] = [0, Number.NEGATIVE_INFINITY];
  if (nights.length > 0) {
    for (const { from, to, minutes } of nights.sort((a, b) => a.from - b.from || b.to - a.to || b.minutes - a.minutes)) {
      if (from < until) continue;
      sum += minutes;
      // One without a length says how long was slept from then on.
      until = Math.max(to, from + 1);
    }
    return sum;
  }
  for (const { from, to } of stages.sort((a, b) => a.from - b.from || a.to - b.to)) {
    sum += Math.max(0, to - Math.max(from, until)) / minuteMs;
    until = Math.max(until, to);
  }
  return sum;
}

function minutesAsleep(values: Event['values']): number | null {
  for (const name of totals) {
    const minutes = minutesIn(values[name]);
    if (minutes !== null) return minutes;
  }
  const known = parts.flatMap((name) => minutesIn(values[name]) ?? []);
  return known.length === 0 ? null : known.reduce((sum, minutes) => sum + minutes, 0);
}

function isAsleep(values: Event['values']): boolean {
  const stage = values.stage?.value ?? values.level?.value;
  return typeof stage === 'string' && asleep.test(stage.toLowerCase());
}

/** Oura's words for what was no night: a nap in the evening, sleep that the wearer said was none, and one that they deleted. */
const noNight: ReadonlySet<unknown> = new Set(['late_nap', 'rest', 'deleted']);

/** The model learned main sleep: what its source calls a nap is left out. */
function isNap(values: Event['values']): boolean {
  return Number(values.is_main_sleep?.value ?? 1) === 0 || Number(values.nap?.value ?? 0) === 1 || noNight.has(values.type?.value);
}
