import { lineFrame } from './frames.ts';
import { MAX_UNIT_BYTES } from './limits.ts';
import { isBlank, PendingBytes, type Unit } from './unit.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

const asLine = () => lineFrame;

/**
 * Cuts a stream of JSON values, one after another, however they are spread over lines: an object or array ends with its
 * last bracket; anything else at a line's end or where a bracket opens.
 */
export class ValueSlicer {
  readonly #pending = new PendingBytes(MAX_UNIT_BYTES);
  #position = 0;
  #depth = 0;
  #inString = false;
  #escaped = false;

  push(chunk: Buffer): Unit[] {
    const units: Unit[] = [];
    let from = 0;
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at] as number;
      if (this.#inString) {
        if (this.#escaped) this.#escaped = false;
        else if (byte === BACKSLASH) this.#escaped = true;
        else if (byte === QUOTE) this.#inString = false;
      } else if (byte === 0x7b || byte === 0x5b) {
        if (this.#depth === 0) from = this.#cut(units, chunk, from, at);
        this.#depth++;
      } else if (this.#depth === 0) {
        if (byte === 0x0a) from = this.#cut(units, chunk, from, at + 1);
      } else if (byte === QUOTE) this.#inString = true;
      else if (byte === 0x7d || byte === 0x5d) {
        this.#depth--;
        if (this.#depth === 0) from = this.#cut(units, chunk, from, at + 1);
      }
    }
    this.#pending.add(chunk.subarray(from));
    this.#position += chunk.length;
    return units;
  }

  /** What stands at the end, and whether it lacks brackets. */
  end(): { units: Unit[]; cutOff: boolean } {
    const units: Unit[] = [];
    const rest = this.#pending.take(Buffer.alloc(0), this.#position);
    if (rest.tooLong || !isBlank(rest.bytes)) units.push(rest);
    return { units, cutOff: this.#depth > 0 };
  }

  #cut(units: Unit[], chunk: Buffer, from: number, to: number): number {
    const unit = this.#pending.take(chunk.subarray(from, to), this.#position + to);
    if (unit.tooLong || !isBlank(unit.bytes)) units.push({ ...unit, frame: asLine });
    return to;
  }
}
