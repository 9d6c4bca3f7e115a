import type { UnitCounter } from '../../../schema/source.ts';
import { UnitEnds } from '../reading/unit-ends.ts';

/** Counts filled lines below a number of header lines, byte by byte. */
export class SampleLineCounter implements UnitCounter {
  readonly #ends = new UnitEnds();
  #headers: number;
  #position = 0;
  #filled = false;

  constructor(headers: number) {
    this.#headers = headers;
  }

  push(chunk: Buffer): void {
    let filled = this.#filled;
    for (let i = 0; i < chunk.length; i++) {
      const byte = chunk[i] as number;
      if (byte === 0x0a) {
        if (filled && this.#headers-- <= 0) this.#ends.push(this.#position + i + 1);
        filled = false;
      } else if (byte !== 0x20 && byte !== 0x0d && byte !== 0x09) filled = true;
    }
    this.#filled = filled;
    this.#position += chunk.length;
  }

  end(): void {
    if (this.#filled && this.#headers-- <= 0) this.#ends.push(this.#position);
    this.#filled = false;
  }

  takeUntil(position: number): number {
    return this.#ends.takeUntil(position);
  }
}
