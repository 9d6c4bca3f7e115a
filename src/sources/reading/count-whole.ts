import type { UnitCounter } from '../../../schema/source.ts';

/** Counts a stream that holds anything but white space as one unit, at its end. */
export class WholeCounter implements UnitCounter {
  #position = 0;
  #units = 0;
  #filled = false;

  push(chunk: Buffer): void {
    this.#position += chunk.length;
    for (let i = 0; i < chunk.length && !this.#filled; i++) {
      const byte = chunk[i];
      this.#filled = byte !== 32 && byte !== 9 && byte !== 10 && byte !== 13;
    }
  }

  end(): void {
    if (this.#filled) this.#units = 1;
  }

  takeUntil(position: number): number {
    if (position < this.#position) return 0;
    const units = this.#units;
    this.#units = 0;
    return units;
  }
}
