import type { Moment } from '../../../schema/records.ts';
import type { Clock } from './clock.ts';
import { sampleOutcome } from './measurements.ts';
import type { Outcome } from './outcome.ts';
import { msOf } from './time.ts';

/** Why a device measures nothing, as completeness knows it (`deviceStates` in `schema/completeness.ts`). */
export type DeviceState = 'phone_off' | 'off_wrist' | 'charging';

export interface SaidOfDevice {
  signal: DeviceState;
  device: string;
  time: Moment | null;
  /** UTC milliseconds; null where the source says the beginning alone. */
  endMs?: number | null;
  /** How full its battery is, 0 to 1. */
  level?: number;
}

/**
 * A sample that says of a device in which state it was, over the time that it was so.
 * A battery that charges has a value: how full it is, from 0 to 1, where the source says so; anything else has 1.
 */
export function stateOutcome(clock: Clock, said: SaidOfDevice): Outcome {
  const { signal, device, time, endMs = null, level = Number.NaN } = said;
  const known = endMs !== null && time !== null && endMs >= msOf(time) ? { endMs } : {};
  const value = signal === 'charging' && level >= 0 && level <= 1 ? level : 1;
  return sampleOutcome(clock, { signal, unit: '1', device, time, value, ...known });
}
