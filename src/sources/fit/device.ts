import type { DeviceState } from '../reading/device-state.ts';
import type { Decoded } from './decode.ts';

/** What the profile has for a level of stress while the watch is not worn; other levels below zero have other reasons. */
const STRESS_OFF_WRIST = -1;

/** What a message says of the watch that wrote the file, where it says why nothing is measured; else null. */
export function stateOf({ name, fields }: Decoded): DeviceState | null {
  if (name === 'stressLevel' && fields.stressLevelValue === STRESS_OFF_WRIST) return 'off_wrist';
  if (name === 'spo2Data' && fields.mode === 'offWrist') return 'off_wrist';
  // A file names sensors near the watch as well: their batteries are not its own.
  const isOwn = fields.deviceIndex === 'creator' || fields.deviceIndex === 0;
  return name === 'deviceInfo' && isOwn && fields.batteryStatus === 'charging' ? 'charging' : null;
}
