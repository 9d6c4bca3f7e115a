import type { RegularBlock } from '../../../schema/records.ts';
import type { Parsed } from '../../../schema/source.ts';
import { KEPT_OF_TOO_LONG } from '../reading/limits.ts';
import { dayOf } from '../reading/time.ts';
import { decimal } from './recording.ts';
import type { RegularSignal } from './signals.ts';
import type { TextLine } from './text-lines.ts';

/** Blocks end at multiples of this many samples of a recording, so that overlapping exports meet. */
export const BLOCK_SAMPLES = 65_536;
const DAY_MS = 86_400_000;

/**
 * Samples of a recording into blocks, cut at multiples of BLOCK_SAMPLES and at days (UTC: the wristband knows
 * no other clock). A line that is no sample keeps its place: the block is cut there, and runs of such lines are
 * quarantined together.
 */
export class BlockBuilder {
  readonly #signal: RegularSignal;
  readonly #device: string;
  readonly #startMs: number;
  readonly #rate: number;
  #index = 0;
  #values: Float32Array;
  #filled = 0;
  #first = 0;
  #limit = 0;
  #bad: string[] = [];
  #badFirst = 0;
  #badBytes = 0;
  #badCount = 0;
  #end = 0;

  constructor(signal: RegularSignal, device: string, startMs: number, rate: number) {
    this.#signal = signal;
    this.#device = device;
    this.#startMs = startMs;
    this.#rate = rate;
    this.#values = new Float32Array(BLOCK_SAMPLES * signal.channels);
    this.#limit = this.#nextCut(0);
  }

  /** Takes one line in; what it finishes is added to `out`. */
  add(line: TextLine, out: Parsed[]): void {
    if (this.#index === this.#limit) {
      this.flush(out);
      this.#limit = this.#nextCut(this.#index);
    }
    if (this.#store(line.text)) {
      // The values are in the block's buffer already, behind its last sample: only the run of bad lines goes out.
      if (this.#badCount > 0) out.push(this.#takeBad());
      if (this.#filled === 0) this.#first = this.#index;
      this.#filled++;
    } else {
      if (this.#filled > 0) out.push(this.#takeBlock());
      this.#addBad(line.text);
    }
    this.#index++;
    this.#end = line.end;
  }

  /** What is under way: at most one block or one run of bad lines. */
  flush(out: Parsed[]): void {
    if (this.#badCount > 0) out.push(this.#takeBad());
    if (this.#filled > 0) out.push(this.#takeBlock());
  }

  #store(text: string): boolean {
    const { channels } = this.#signal;
    const at = this.#filled * channels;
    if (channels === 1) {
      const value = decimal(text);
      this.#values[at] = value;
      return Number.isFinite(this.#values[at]);
    }
    const columns = text.split(',');
    if (columns.length !== channels) return false;
    for (let channel = 0; channel < channels; channel++) {
      this.#values[at + channel] = decimal((columns[channel] as string).trim());
      if (!Number.isFinite(this.#values[at + channel])) return false;
    }
    return true;
  }

  /** The next sample number at which a block must end, after `index`. */
  #nextCut(index: number): number {
    const byCount = (Math.floor(index / BLOCK_SAMPLES) + 1) * BLOCK_SAMPLES;
    const midnight = (Math.floor(this.#timeOf(index) / DAY_MS) + 1) * DAY_MS;
    let byDay = Math.ceil(((midnight - this.#startMs) * this.#rate) / 1000);
    while (byDay <= index) byDay++;
    return Math.min(byCount, byDay);
  }

  #timeOf(index: number): number {
    return this.#startMs + (index * 1000) / this.#rate;
  }

  #takeBlock(): Parsed {
    const { signal, unit, channels } = this.#signal;
    const block: RegularBlock = {
      signal,
      unit,
      device: this.#device,
      sessionMs: this.#startMs,
      rate: this.#rate,
      channels,
      offset: this.#first,
      values: this.#values.slice(0, this.#filled * channels),
    };
    const units = this.#filled;
    this.#filled = 0;
    return { is: 'block', units, end: this.#end, day: dayOf(this.#timeOf(this.#first)), block };
  }

  #addBad(text: string): void {
    if (this.#badCount === 0) this.#badFirst = this.#index;
    this.#badCount++;
    if (this.#badBytes > KEPT_OF_TOO_LONG) return;
    const kept = text.slice(0, KEPT_OF_TOO_LONG);
    this.#bad.push(kept);
    this.#badBytes += kept.length + 1;
  }

  #takeBad(): Parsed {
    const raw = Buffer.from(this.#bad.join('\n'), 'latin1');
    const units = this.#badCount;
    const day = dayOf(this.#timeOf(this.#badFirst));
    this.#bad = [];
    this.#badBytes = 0;
    this.#badCount = 0;
    return { is: 'quarantined', units, end: this.#end, day, reason: 'bad-value', raw, field: 'value' };
  }
}
