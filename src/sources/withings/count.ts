import type { UnitCounter } from '../../../schema/source.ts';
import { MAX_UNIT_BYTES } from '../reading/limits.ts';
import { UnitEnds } from '../reading/unit-ends.ts';

/**
 * Counts values in the last list of each row below the header, by a state for each byte: commas behind the last
 * opening bracket, and one. A row without a list, or too long to be read, is one unit.
 */
export class ListCounter implements UnitCounter {
  readonly #ends = new UnitEnds();
  #position = 0;
  #state: 'field-start' | 'bare' | 'quoted' | 'quote-in-quoted' = 'field-start';
  #filled = false;
  #header = true;
  #bytes = 0;
  /** Values of the list under way; 1 as long as there is none. */
  #values = 1;
  #inList = false;

  push(chunk: Buffer): void {
    for (let i = 0; i < chunk.length; i++) {
      this.#bytes++;
      this.#count(chunk[i] as number);
      this.#step(chunk[i] as number, this.#position + i + 1);
    }
    this.#position += chunk.length;
  }

  end(): void {
    this.#endRow(this.#position);
  }

  takeUntil(position: number): number {
    return this.#ends.takeUntil(position);
  }

  #count(byte: number): void {
    if (byte === 91) {
      this.#inList = true;
      this.#values = 1;
    } else if (byte === 44 && this.#inList) this.#values++;
  }

  #step(byte: number, end: number): void {
    const isSpace = byte === 32 || byte === 9 || byte === 10 || byte === 13;
    if (!isSpace) this.#filled = true;
    if (this.#state === 'quoted') {
      if (byte === 34) this.#state = 'quote-in-quoted';
    } else if (byte === 34) {
      if (this.#state !== 'bare') this.#state = 'quoted';
    } else if (byte === 10 || byte === 13) this.#endRow(end);
    else this.#state = byte === 44 || byte === 59 || byte === 9 ? 'field-start' : 'bare';
  }

  #endRow(end: number): void {
    const units = this.#bytes > MAX_UNIT_BYTES ? 1 : this.#values;
    if (this.#filled && !this.#header) for (let i = 0; i < units; i++) this.#ends.push(end);
    if (this.#filled) this.#header = false;
    this.#filled = false;
    this.#state = 'field-start';
    this.#bytes = 0;
    this.#values = 1;
    this.#inList = false;
  }
}
