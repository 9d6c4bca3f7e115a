import type { UnitCounter } from '../../../schema/source.ts';
import { UnitEnds } from '../reading/unit-ends.ts';
import { HEADER_BYTES, readHeader } from './chunk-header.ts';

/** Counts the samples of chunks: each whole one, and one for a rest that is no chunk or lacks its end. */
export class ChunkCounter implements UnitCounter {
  readonly #ends = new UnitEnds();
  #position = 0;
  #head = Buffer.alloc(0);
  /** Bytes of a sample, and samples still to come, of the chunk that has begun. */
  #width = 0;
  #left = 0;
  #begun = 0;
  #lost = false;

  push(chunk: Buffer): void {
    for (let at = 0; at < chunk.length && !this.#lost; )
      at += this.#left > 0 ? this.#values(chunk.length - at, at) : this.#header(chunk, at);
    this.#position += chunk.length;
  }

  end(): void {
    if (this.#lost || this.#head.length > 0 || this.#left > 0) this.#ends.push(this.#position);
  }

  takeUntil(position: number): number {
    return this.#ends.takeUntil(position);
  }

  #header(chunk: Buffer, at: number): number {
    const taken = chunk.subarray(at, at + HEADER_BYTES - this.#head.length);
    this.#head = Buffer.concat([this.#head, taken]);
    if (this.#head.length < HEADER_BYTES) return taken.length;
    const header = readHeader(this.#head);
    this.#lost = header === null;
    this.#head = Buffer.alloc(0);
    this.#width = (header?.channels ?? 0) * 4;
    this.#left = header?.samples ?? 0;
    return taken.length;
  }

  #values(room: number, at: number): number {
    const taken = Math.min(room, this.#left * this.#width - this.#begun);
    const whole = Math.floor((this.#begun + taken) / this.#width);
    for (let i = 1; i <= whole; i++) this.#ends.push(this.#position + at + i * this.#width - this.#begun);
    this.#begun = (this.#begun + taken) % this.#width;
    this.#left -= whole;
    return taken;
  }
}
