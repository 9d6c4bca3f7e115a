import type { UnitCounter } from '../../../schema/source.ts';
import { UnitEnds } from './unit-ends.ts';

/** Counts lines that hold anything but white space, byte by byte. */
export class LineCounter implements UnitCounter {
  readonly #ends = new UnitEnds();
  #position = 0;
  #filled = false;

  push(chunk: Buffer): void {
    const start = this.#position;
    let filled = this.#filled;
    for (let i = 0; i < chunk.length; i++) {
      const byte = chunk[i] as number;
      if (byte === 10) {
        if (filled) this.#ends.push(start + i + 1);
        filled = false;
      } else if (byte !== 32 && byte !== 9 && byte !== 13) filled = true;
    }
    this.#filled = filled;
    this.#position = start + chunk.length;
  }

  end(): void {
    if (this.#filled) this.#ends.push(this.#position);
    this.#filled = false;
  }

  takeUntil(position: number): number {
    return this.#ends.takeUntil(position);
  }
}
