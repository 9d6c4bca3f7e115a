import type { UnitCounter } from '../../../schema/source.ts';
import { JsonUnitCounter } from '../reading/count-document-units.ts';
import { LineCounter } from '../reading/count-lines.ts';
import { WholeCounter } from '../reading/count-whole.ts';
import { UnitEnds } from '../reading/unit-ends.ts';
import { MAX_HEADER_BYTES, MAX_LENGTH_BYTES } from './limits.ts';
import { pathsOf } from './places.ts';

/** A counter for the role of a part. */
export function counterOf(role: string | null): UnitCounter {
  if (role === 'repository') return new SectionCounter();
  if (role === 'record') return new WholeCounter();
  return role === 'lines' || role === 'jetstream' ? new LineCounter() : new JsonUnitCounter(pathsOf(role));
}

/** Counts sections of a CAR file below its header by jumping from length to length; a rest that is none is one unit. */
class SectionCounter implements UnitCounter {
  readonly #ends = new UnitEnds();
  #position = 0;
  /** Where the next length begins. */
  #next = 0;
  #digits: number[] = [];
  #isOpen = false;
  #lengths = 0;
  #broken = false;

  push(chunk: Buffer): void {
    const until = this.#position + chunk.length;
    while (!this.#broken) {
      if (this.#isOpen && this.#next <= until) this.#close();
      if (this.#next >= until) break;
      const digit = chunk[this.#next - this.#position] as number;
      this.#digits.push(digit % 128);
      this.#next++;
      if (digit < 128) this.#open();
      else if (this.#digits.length === MAX_LENGTH_BYTES) this.#broken = true;
    }
    this.#position = until;
  }

  end(): void {
    if (this.#broken || this.#isOpen || this.#digits.length > 0) this.#ends.push(this.#position);
  }

  takeUntil(position: number): number {
    return this.#ends.takeUntil(position);
  }

  #open(): void {
    const length = this.#digits.reduceRight((sum, digit) => sum * 128 + digit, 0);
    this.#digits = [];
    this.#broken = length === 0 || (this.#lengths === 0 && length > MAX_HEADER_BYTES);
    this.#isOpen = !this.#broken;
    this.#next += length;
    this.#lengths++;
  }

  #close(): void {
    this.#isOpen = false;
    if (this.#lengths > 1) this.#ends.push(this.#next);
  }
}
