import { AfferentError } from '../../../schema/errors.ts';

const QUARTER_HOUR_MS = 900_000;
const KEPT_OFFSETS = 20_000;

/** Offsets of a named zone from UTC, remembered by quarter hours, at which alone clocks change. */
export class Zone {
  readonly #format: Intl.DateTimeFormat;
  readonly #known = new Map<number, number>();

  /** Throws `usage` where there is no zone of this name. */
  constructor(name: string) {
    try {
      this.#format = new Intl.DateTimeFormat('en-US', {
        timeZone: name,
        calendar: 'gregory',
        hourCycle: 'h23',
        year: 'numeric',
        month: 'numeric',
        day: 'numeric',
        hour: 'numeric',
        minute: 'numeric',
        era: 'short',
      });
    } catch {
      throw new AfferentError('usage', { field: 'zone' });
    }
  }

  /** Minutes east of UTC at a moment. */
  offsetAt(utcMs: number): number {
    const quarter = Math.floor(utcMs / QUARTER_HOUR_MS);
    const known = this.#known.get(quarter);
    if (known !== undefined) return known;
    if (this.#known.size >= KEPT_OFFSETS) this.#known.clear();
    const offset = this.#read(quarter * QUARTER_HOUR_MS);
    this.#known.set(quarter, offset);
    return offset;
  }

  /**
   * The moment of a local time, given as if it were UTC. Of a time that happens twice the earlier moment;
   * a time that is left out moves on by the gap.
   */
  toUtc(localMs: number): number {
    const before = this.offsetAt(localMs - 86_400_000);
    const after = this.offsetAt(localMs + 86_400_000);
    for (const offset of before === after ? [before] : [before, after]) {
      const utc = localMs - offset * 60_000;
      if (this.offsetAt(utc) === offset) return utc;
    }
    const utc = localMs - before * 60_000;
    return before === after ? localMs - this.offsetAt(utc) * 60_000 : utc;
  }

  #read(utcMs: number): number {
    const parts: Record<string, string> = {};
    for (const { type, value } of this.#format.formatToParts(utcMs)) parts[type] = value;
    const year = parts.era === 'BC' ? 1 - Number(parts.year) : Number(parts.year);
    const local = Date.UTC(year, Number(parts.month) - 1, Number(parts.day), Number(parts.hour), Number(parts.minute));
    return Math.round((local - utcMs) / 60_000);
  }
}

const zones = new Map<string, Zone>();

/** The zone of a name, shared. Throws `usage` where there is none. */
export function zoneNamed(name: string): Zone {
  let zone = zones.get(name);
  if (zone === undefined) {
    zone = new Zone(name);
    zones.set(name, zone);
  }
  return zone;
}
