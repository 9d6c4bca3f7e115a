import type { UnitCounter } from '../../../schema/source.ts';
import { UnitEnds } from './unit-ends.ts';

/** Counts JSON values that follow one another, by a state for each byte; what is no object or array counts by lines. */
export class ValueCounter implements UnitCounter {
  readonly #ends = new UnitEnds();
  #position = 0;
  #open = 0;
  #state: 'plain' | 'string' | 'escape' = 'plain';
  #filled = false;

  push(chunk: Buffer): void {
    for (let i = 0; i < chunk.length; i++) this.#step(chunk[i] as number, this.#position + i);
    this.#position += chunk.length;
  }

  end(): void {
    this.#endValue(this.#position);
  }

  takeUntil(position: number): number {
    return this.#ends.takeUntil(position);
  }

  #step(byte: number, at: number): void {
    if (this.#state === 'escape') this.#state = 'string';
    else if (this.#state === 'string') {
      if (byte === 92) this.#state = 'escape';
      else if (byte === 34) this.#state = 'plain';
    } else this.#plain(byte, at);
  }

  #plain(byte: number, at: number): void {
    if (byte === 123 || byte === 91) {
      if (this.#open === 0) this.#endValue(at);
      this.#open++;
      this.#filled = true;
    } else if (byte === 10) {
      if (this.#open === 0) this.#endValue(at + 1);
    } else if (byte !== 32 && byte !== 9 && byte !== 13) {
      this.#filled = true;
      if (this.#open === 0) return;
      if (byte === 34) this.#state = 'string';
      else if (byte === 125 || byte === 93) {
        this.#open--;
        if (this.#open === 0) this.#endValue(at + 1);
      }
    }
  }

  #endValue(end: number): void {
    if (this.#filled) this.#ends.push(end);
    this.#filled = false;
  }
}
