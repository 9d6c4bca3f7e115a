import { MAX_UNIT_BYTES } from '../reading/limits.ts';
import { PendingBytes, type Unit } from '../reading/unit.ts';
import { MAX_HEADER_BYTES, MAX_LENGTH_BYTES } from './limits.ts';

/** How a stream ended that should be a CAR file. */
export type SectionsEnd = 'whole' | 'cut-off' | 'no-header';

/**
 * Cuts a CAR file into its header and the sections below it, each behind its length (a varint). From a length that is
 * zero or has too many bytes on nothing can be cut. Memory is bounded by the longest section that is read.
 */
export class SectionSlicer {
  readonly #pending = new PendingBytes(MAX_UNIT_BYTES);
  #position = 0;
  #length = 0;
  #lengthBytes = 0;
  /** Bytes that the open section still lacks; null while its length is read. */
  #missing: number | null = null;
  #isLost = false;
  header: Buffer | null = null;

  push(chunk: Buffer): Unit[] {
    const units: Unit[] = [];
    let at = 0;
    while (at < chunk.length && !this.#isLost) {
      if (this.#missing === null) {
        this.#readLength(chunk[at++] as number);
        continue;
      }
      const taken = Math.min(this.#missing, chunk.length - at);
      const piece = chunk.subarray(at, at + taken);
      at += taken;
      this.#missing -= taken;
      if (this.#missing > 0) {
        this.#pending.add(piece);
        continue;
      }
      this.#missing = null;
      const unit = this.#pending.take(piece, this.#position + at);
      if (this.header === null) this.header = Buffer.from(unit.bytes);
      else units.push(unit);
    }
    this.#position += chunk.length;
    return units;
  }

  end(): { how: SectionsEnd; rest: Unit } {
    const isOpen = this.#isLost || this.#missing !== null || this.#lengthBytes > 0;
    const how = this.header === null && this.#position > 0 ? 'no-header' : isOpen ? 'cut-off' : 'whole';
    return { how, rest: this.#pending.take(Buffer.alloc(0), this.#position) };
  }

  #readLength(byte: number): void {
    this.#length += (byte & 0x7f) * 2 ** (7 * this.#lengthBytes);
    this.#lengthBytes++;
    const goesOn = byte >= 0x80;
    if (goesOn) {
      this.#isLost = this.#lengthBytes === MAX_LENGTH_BYTES;
      return;
    }
    this.#isLost = this.#length === 0 || (this.header === null && this.#length > MAX_HEADER_BYTES);
    this.#missing = this.#isLost ? null : this.#length;
    this.#length = 0;
    this.#lengthBytes = 0;
  }
}
