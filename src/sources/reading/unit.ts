import type { Frame } from '../../../schema/source.ts';
import { KEPT_OF_TOO_LONG } from './limits.ts';

/** One unit of a source, cut out of the stream by a slicer. */
export interface Unit {
  /** The unit's bytes; only their beginning where it was too long. */
  bytes: Buffer;
  /** Position in the stream just after the unit. */
  end: number;
  tooLong: boolean;
  /** What stands around it, asked for only when it is quarantined. */
  frame?: () => Frame;
}

/** One of several units that stand in the same bytes: read again, all of them come, and this is the one at its place. */
export function oneOf(unit: Unit, at: number, among: number): Unit {
  const { frame } = unit;
  return among === 1 || frame === undefined ? unit : { ...unit, frame: () => ({ ...frame(), among, at }) };
}

/** Pieces that are held as they came; more of them are copied together, since each costs more memory than a few bytes. */
const MOST_PIECES = 32;
const NONE = Buffer.alloc(0);

/**
 * Bytes of the unit that has begun, over as many chunks as it takes.
 * Past `limit` it keeps the beginning only, so that memory stays bounded.
 */
export class PendingBytes {
  readonly #limit: number;
  #pieces: Buffer[] = [];
  #bytes = 0;
  /** What came before the pieces, copied; grows by doubling. */
  #copied: Buffer = NONE;
  #filled = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get length(): number {
    return this.#bytes;
  }

  add(piece: Buffer): void {
    if (piece.length === 0) return;
    const room = this.#limit - this.#bytes;
    this.#bytes += piece.length;
    if (room <= 0) return;
    this.#pieces.push(room >= piece.length ? piece : piece.subarray(0, room));
    if (this.#pieces.length > MOST_PIECES) this.#copyTogether();
  }

  /** Forgets what was added. */
  clear(): void {
    this.#pieces = [];
    this.#bytes = 0;
    this.#copied = NONE;
    this.#filled = 0;
  }

  /** The unit that ends with `last`; begins anew. */
  take(last: Buffer, end: number): Unit {
    if (this.#bytes === 0 && last.length <= this.#limit) return { bytes: last, end, tooLong: false };
    this.add(last);
    const tooLong = this.#bytes > this.#limit;
    const whole = this.#whole();
    this.clear();
    return { bytes: tooLong ? Buffer.from(whole.subarray(0, KEPT_OF_TOO_LONG)) : whole, end, tooLong };
  }

  #whole(): Buffer {
    if (this.#filled > 0) {
      this.#copyTogether();
      return this.#copied.subarray(0, this.#filled);
    }
    return this.#pieces.length === 1 ? (this.#pieces[0] as Buffer) : Buffer.concat(this.#pieces);
  }

  #copyTogether(): void {
    const needed = Math.min(this.#bytes, this.#limit);
    if (needed > this.#copied.length) {
      const larger = Buffer.allocUnsafeSlow(Math.min(this.#limit, 2 * needed));
      this.#copied.copy(larger, 0, 0, this.#filled);
      this.#copied = larger;
    }
    for (const piece of this.#pieces) this.#filled += piece.copy(this.#copied, this.#filled);
    this.#pieces = [];
  }
}

/** Whether there is anything but spaces, tabs and line ends. */
export function isBlank(bytes: Buffer): boolean {
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i];
    if (byte !== 0x20 && byte !== 0x09 && byte !== 0x0d && byte !== 0x0a) return false;
  }
  return true;
}
