import { MAX_UNIT_BYTES } from './limits.ts';
import { PendingBytes, type Unit } from './unit.ts';

/** Cuts a stream into units that each begin with a marker. What stands before the first is no unit. */
export class MarkerSlicer {
  readonly #marker: Buffer;
  readonly #pending = new PendingBytes(MAX_UNIT_BYTES);
  /** The end of what came, in which a marker may have begun. */
  #tail: Buffer = Buffer.alloc(0);
  #position = 0;
  #begun = false;
  /** Position behind the last marker. */
  #searchedTo = 0;

  /** `marker` is ASCII, and its first character is nowhere else in it. */
  constructor(marker: string) {
    this.#marker = Buffer.from(marker, 'latin1');
  }

  push(chunk: Buffer): Unit[] {
    const units: Unit[] = [];
    const window = this.#tail.length === 0 ? chunk : Buffer.concat([this.#tail, chunk]);
    const base = this.#position - this.#tail.length;
    let from = 0;
    for (;;) {
      const at = window.indexOf(this.#marker, Math.max(from, this.#searchedTo - base));
      if (at === -1) break;
      const unit = this.#pending.take(window.subarray(from, at), base + at);
      if (this.#begun) units.push(unit);
      this.#begun = true;
      this.#searchedTo = base + at + this.#marker.length;
      from = at;
    }
    const kept = Math.max(from, window.length - this.#marker.length + 1);
    this.#pending.add(window.subarray(from, kept));
    this.#tail = window.subarray(kept);
    this.#position += chunk.length;
    return units;
  }

  /** The last unit; or, where there was no marker, all that came. */
  end(): { begun: boolean; rest: Unit } {
    return { begun: this.#begun, rest: this.#pending.take(this.#tail, this.#position) };
  }
}
