import type { UnitCounter } from '../../../schema/source.ts';
import { UnitEnds } from './unit-ends.ts';

/** Counts markers of a stream, byte by byte. A stream without any is one unit where it holds anything but white space. */
export class MarkerCounter implements UnitCounter {
  readonly #ends = new UnitEnds();
  readonly #marker: Buffer;
  #position = 0;
  #matched = 0;
  #begun = false;
  #filled = false;

  /** `marker` is ASCII, and its first character is nowhere else in it. */
  constructor(marker: string) {
    this.#marker = Buffer.from(marker, 'latin1');
  }

  push(chunk: Buffer): void {
    for (let i = 0; i < chunk.length; i++) {
      const byte = chunk[i] as number;
      if (byte !== 32 && byte !== 9 && byte !== 10 && byte !== 13) this.#filled = true;
      this.#matched = byte === this.#marker[this.#matched] ? this.#matched + 1 : byte === this.#marker[0] ? 1 : 0;
      if (this.#matched < this.#marker.length) continue;
      this.#matched = 0;
      if (this.#begun) this.#ends.push(this.#position + i + 1 - this.#marker.length);
      this.#begun = true;
    }
    this.#position += chunk.length;
  }

  end(): void {
    if (this.#begun || this.#filled) this.#ends.push(this.#position);
  }

  takeUntil(position: number): number {
    return this.#ends.takeUntil(position);
  }
}
