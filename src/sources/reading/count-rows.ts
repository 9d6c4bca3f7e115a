import type { UnitCounter } from '../../../schema/source.ts';
import { UnitEnds } from './unit-ends.ts';

type CsvState = 'field-start' | 'bare' | 'quoted' | 'quote-in-quoted';

/** Counts CSV rows below the header (and what stands above it) by a state for each byte; rows end at LF or CR outside quotes. */
export class RowCounter implements UnitCounter {
  readonly #ends = new UnitEnds();
  #position = 0;
  #state: CsvState = 'field-start';
  #filled = false;
  #above: number;

  /** `above` is how many rows are none of the units: the header, and lines before it. */
  constructor(above = 1) {
    this.#above = above;
  }

  push(chunk: Buffer): void {
    for (let i = 0; i < chunk.length; i++) this.#step(chunk[i] as number, this.#position + i + 1);
    this.#position += chunk.length;
  }

  end(): void {
    this.#endRow(this.#position);
  }

  takeUntil(position: number): number {
    return this.#ends.takeUntil(position);
  }

  #step(byte: number, end: number): void {
    if (this.#state === 'quoted') {
      if (byte === 34) this.#state = 'quote-in-quoted';
      return;
    }
    switch (byte) {
      case 34:
        this.#filled = true;
        if (this.#state !== 'bare') this.#state = 'quoted';
        return;
      case 10:
      case 13:
        this.#endRow(end);
        return;
      case 44:
      case 59:
        this.#filled = true;
        this.#state = 'field-start';
        return;
      case 9:
        this.#state = 'field-start';
        return;
      case 32:
        this.#state = 'bare';
        return;
      default:
        this.#filled = true;
        this.#state = 'bare';
    }
  }

  #endRow(end: number): void {
    if (this.#filled && this.#above === 0) this.#ends.push(end);
    if (this.#filled && this.#above > 0) this.#above--;
    this.#filled = false;
    this.#state = 'field-start';
  }
}
