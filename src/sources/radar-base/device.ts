import type { DeviceState } from '../reading/device-state.ts';
import { numberFrom } from '../reading/measurements.ts';
import type { Row } from '../reading/tables.ts';

/** What a record says of the device that it comes from. */
interface Said {
  state: DeviceState;
  /** UTC milliseconds; null where the record's own time is meant. */
  begunMs: number | null;
  endMs: number | null;
}

/** Batteries that charge, phones that shut down, a watch that was taken off; null where a record says none of it. */
export function saidOfDevice(topic: string, row: Row): Said | null {
  if (row['value.status'] === 'CHARGING' && topic.includes('battery')) return { state: 'charging', begunMs: null, endMs: null };
  if (row['value.interactionState'] === 'SHUTDOWN') return { state: 'phone_off', begunMs: null, endMs: null };
  const isWorn = row['value.onWrist'];
  if (isWorn === undefined) return null;
  const [off, on] = [row['value.offWristDate'], row['value.onWristDate']].map((written) => Math.round(numberFrom(written) * 1000));
  if (!((off as number) > 1e11)) return null;
  // A watch that is worn tells of the time before, one that is not of the time since.
  const isOver = isWorn.toLowerCase() === 'true' && (on as number) >= (off as number);
  if (isWorn.toLowerCase() === 'true' && !isOver) return null;
  return { state: 'off_wrist', begunMs: off as number, endMs: isOver ? (on as number) : null };
}
