import type { Event } from '../../../schema/records.ts';
import { dayMs, type StepValues } from './forms.ts';
import { OneDevice } from './one-device.ts';

/** Under which name sources tell what the screen does. */
const states = ['screen_status', 'event', 'interaction_state', 'status', 'state'] as const;
const begins = /\bunlocked\b/i;
const ends = /\b(?:locked|off|standby|shut ?down|reboot|booted)\b/i;

/** The end of a longer one was missed. */
const longestMs = 6 * 3_600_000;
const minuteMs = 60_000;

/** Minutes with the phone unlocked: from each unlocking to the next locking or going dark, shared out at midnight. A day without any is missing. */
export class ScreenTime {
  readonly #phones = new Map<string, { source: string; device: string; changes: [ms: number, unlocked: boolean][] }>();

  event(source: string, { values, device }: Event, at: number): void {
    const word = states.map((name) => values[name]?.value).find((value) => typeof value === 'string');
    if (word === undefined) return;
    const unlocked = begins.test(String(word));
    if (!unlocked && !ends.test(String(word))) return;
    const name = `${source}\0${device ?? ''}`;
    const phone = this.#phones.get(name) ?? { source, device: device ?? '', changes: [] };
    this.#phones.set(name, phone);
    phone.changes.push([at, unlocked]);
  }

  values(): StepValues {
    const days = new OneDevice();
    for (const { source, device, changes } of this.#phones.values()) {
      let since: number | null = null;
      // Of two at one moment the locking counts first.
      for (const [at, unlocked] of changes.sort(([a, x], [b, y]) => a - b || Number(x) - Number(y))) {
        if (unlocked) since ??= at;
        else {
          if (since !== null && at - since <= longestMs)
            share(since, at, (day, minutes) => days.add(day, source, device, minutes, minutes));
          since = null;
        }
      }
    }
    return days.values();
  }
}

function share(from: number, to: number, add: (day: number, minutes: number) => void): void {
  for (let at = from; at < to; ) {
    const day = Math.floor(at / dayMs);
    const end = Math.min(to, (day + 1) * dayMs);
    add(day, (end - at) / minuteMs);
    at = end;
  }
}
