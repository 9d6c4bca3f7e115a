import type { UnitCounter } from '../../../schema/source.ts';
import { UnitEnds } from './unit-ends.ts';

/**
 * Counts entries of the outermost lists of JSON, by a state for each byte. One unit more stands for a stream that ends
 * inside a bracket, for anything outside of all brackets, and for content without any list.
 */
export class ListCounter implements UnitCounter {
  readonly #ends = new UnitEnds();
  #position = 0;
  #state: 'plain' | 'string' | 'escape' = 'plain';
  #open = 0;
  /** How many brackets are open where the entries of the list stand; 0 outside of lists. */
  #listAt = 0;
  #lists = 0;
  #filled = false;
  #outside = false;
  #anything = false;

  push(chunk: Buffer): void {
    for (let i = 0; i < chunk.length; i++) this.#step(chunk[i] as number, this.#position + i + 1);
    this.#position += chunk.length;
  }

  end(): void {
    const whole = this.#open === 0 && !this.#outside && this.#lists > 0;
    if (!whole && this.#anything) this.#ends.push(this.#position);
  }

  takeUntil(position: number): number {
    return this.#ends.takeUntil(position);
  }

  #step(byte: number, end: number): void {
    if (this.#state === 'escape') this.#state = 'string';
    else if (this.#state === 'string') {
      if (byte === 92) this.#state = 'escape';
      else if (byte === 34) this.#state = 'plain';
    } else if (byte !== 32 && byte !== 10 && byte !== 9 && byte !== 13) {
      this.#anything = true;
      this.#plain(byte, end);
    }
  }

  #plain(byte: number, end: number): void {
    if (byte === 91 || byte === 123) {
      this.#filled = true;
      this.#open++;
      if (byte === 91 && this.#listAt === 0) {
        this.#listAt = this.#open;
        this.#lists++;
        this.#filled = false;
      }
    } else if (this.#open === 0) this.#outside = true;
    else if (byte === 44 && this.#listAt === this.#open) this.#endEntry(end);
    else if (byte === 93 || byte === 125) {
      if (this.#listAt === this.#open) {
        this.#endEntry(end);
        this.#listAt = 0;
      }
      this.#open--;
    } else {
      this.#filled = true;
      if (byte === 34) this.#state = 'string';
    }
  }

  #endEntry(end: number): void {
    if (this.#filled) this.#ends.push(end);
    this.#filled = false;
  }
}
