import type { UnitCounter } from '../../../schema/source.ts';
import { UnitEnds } from '../reading/unit-ends.ts';
import { HEAD_BYTES, SHORTEST, type StampStyle, styleOf } from './stamp.ts';

/**
 * Counts messages by the beginnings of lines alone. A message ends where the next begins; lines before the first are one
 * unit, unless they are blank.
 */
export class MessageCounter implements UnitCounter {
  readonly #ends = new UnitEnds();
  #position = 0;
  #lineStart = 0;
  readonly #head = Buffer.alloc(HEAD_BYTES);
  #headBytes = 0;
  #style: StampStyle | null = null;
  #filled = false;
  #lineFilled = false;

  push(chunk: Buffer): void {
    for (let i = 0; i < chunk.length; i++) {
      const byte = chunk[i] as number;
      if (this.#headBytes < HEAD_BYTES) this.#head[this.#headBytes++] = byte;
      if (byte === 10) this.#endLine(this.#position + i + 1);
      else if (byte !== 32 && byte !== 9 && byte !== 13) this.#lineFilled = true;
    }
    this.#position += chunk.length;
  }

  end(): void {
    this.#endLine(this.#position);
    if (this.#filled) this.#ends.push(this.#position);
  }

  takeUntil(position: number): number {
    return this.#ends.takeUntil(position);
  }

  #endLine(end: number): void {
    const style = this.#headBytes > SHORTEST ? styleOf(this.#head.subarray(0, this.#headBytes)) : undefined;
    if (style !== undefined && (this.#style ?? style) === style) {
      this.#style = style;
      if (this.#filled) this.#ends.push(this.#lineStart);
      this.#filled = true;
    } else this.#filled ||= this.#lineFilled;
    this.#lineFilled = false;
    this.#lineStart = end;
    this.#headBytes = 0;
  }
}
