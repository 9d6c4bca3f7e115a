import type { UnitCounter } from '../../../schema/source.ts';
import { UnitEnds } from '../reading/unit-ends.ts';

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

type CsvState = 'field-start' | 'bare' | 'quoted' | 'quote-in-quoted';

/** Counts CSV rows after the first one by a state for each byte; rows end at LF or CR outside quotes. */
export class RowCounter implements UnitCounter {
  readonly #ends = new UnitEnds();
  #position = 0;
  #state: CsvState = 'field-start';
  #filled = false;
  #header = true;

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
    if (this.#filled && !this.#header) this.#ends.push(end);
    if (this.#filled) this.#header = false;
    this.#filled = false;
    this.#state = 'field-start';
  }
}
