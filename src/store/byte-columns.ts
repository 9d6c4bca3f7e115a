/** Bytes of many rows, one after another in one piece of memory that grows. */
export class BytesColumn {
  #bytes: Buffer;
  #ends: Uint32Array;
  #filled = 0;
  #count = 0;

  /** @param bytes how much is expected, so that it need not grow */
  constructor(rows: number, bytes: number) {
    this.#ends = new Uint32Array(Math.max(16, rows));
    this.#bytes = Buffer.allocUnsafeSlow(Math.max(1024, bytes));
  }

  get filled(): number {
    return this.#filled;
  }

  /** Room for the next row's bytes; they are copied to its beginning, and belong to the row. */
  next(length: number): Buffer {
    const from = this.#filled;
    const to = from + length;
    if (to > this.#bytes.length) this.#bytes = grown(this.#bytes, from, to);
    if (this.#count === this.#ends.length) {
      const ends = new Uint32Array(2 * this.#count);
      ends.set(this.#ends);
      this.#ends = ends;
    }
    this.#ends[this.#count++] = to;
    this.#filled = to;
    return this.#bytes.subarray(from, to);
  }

  at(row: number): Buffer {
    return this.#bytes.subarray(row === 0 ? 0 : this.#ends[row - 1], this.#ends[row]);
  }

  packed(): { is: 'bytes'; bytes: Uint8Array; ends: Uint32Array } {
    return { is: 'bytes', bytes: this.#bytes, ends: this.#ends };
  }
}

/** Texts of one width and of characters of one byte each. */
export class FixedColumn {
  readonly width: number;
  #bytes: Buffer;
  #filled = 0;

  constructor(width: number, rows: number) {
    this.width = width;
    this.#bytes = Buffer.allocUnsafeSlow(width * Math.max(16, rows));
  }

  push(text: string): void {
    const to = this.#filled + this.width;
    if (to > this.#bytes.length) this.#bytes = grown(this.#bytes, this.#filled, to);
    this.#bytes.write(text, this.#filled, 'latin1');
    this.#filled = to;
  }

  at(row: number): string {
    return this.#bytes.toString('latin1', row * this.width, (row + 1) * this.width);
  }

  packed(): { is: 'fixed'; bytes: Uint8Array; width: number } {
    return { is: 'fixed', bytes: this.#bytes, width: this.width };
  }
}

function grown(bytes: Buffer, filled: number, needed: number): Buffer {
  const larger = Buffer.allocUnsafeSlow(Math.max(needed, 2 * bytes.length));
  bytes.copy(larger, 0, 0, filled);
  return larger;
}
