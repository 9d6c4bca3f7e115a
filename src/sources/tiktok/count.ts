import type { UnitCounter } from '../../../schema/source.ts';
import { ListCounter } from '../reading/count-lists.ts';
import { UnitEnds } from '../reading/unit-ends.ts';

export function counterOf(role: string | null): UnitCounter {
  return role === 'data' ? new ListCounter() : new BlockCounter();
}

const MARK = 'Date:';

/**
 * Counts lines that begin with `Date:`, each of which begins an entry that reaches to the next one. What stands before the first is
 * one entry more, where it is anything but white space.
 */
class BlockCounter implements UnitCounter {
  readonly #ends = new UnitEnds();
  #position = 0;
  /** The first bytes of the line that is under way, spaces before them left out. */
  #head = '';
  #lineFilled = false;
  /** Where the entry that is under way ends as far as it is known, or -1 before any. */
  #entryEnd = -1;

  push(chunk: Buffer): void {
    for (let i = 0; i < chunk.length; i++) {
      const byte = chunk[i] as number;
      if (byte === 10) this.#endLine(this.#position + i + 1);
      else if (byte !== 32 && byte !== 9 && byte !== 13) this.#lineFilled = true;
      if (byte !== 10 && this.#head.length < MARK.length) this.#head += String.fromCharCode(byte);
    }
    this.#position += chunk.length;
  }

  end(): void {
    this.#endLine(this.#position);
    if (this.#entryEnd !== -1) this.#ends.push(this.#entryEnd);
  }

  takeUntil(position: number): number {
    return this.#ends.takeUntil(position);
  }

  #endLine(end: number): void {
    if (this.#lineFilled) {
      if (this.#head === MARK && this.#entryEnd !== -1) this.#ends.push(this.#entryEnd);
      this.#entryEnd = end;
    }
    this.#head = '';
    this.#lineFilled = false;
  }
}
