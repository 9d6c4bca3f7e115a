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

/**
 * Bytes of the unit that has begun, over as many chunks as it takes.
 * Past `limit` it keeps the beginning only, so that memory stays bounded.
 */
export class PendingBytes {
  readonly #limit: number;
  #pieces: Buffer[] = [];
  #bytes = 0;

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
    if (room >= piece.length) this.#pieces.push(piece);
    else if (room > 0) this.#pieces.push(piece.subarray(0, room));
  }

  /** Forgets what was added. */
  clear(): void {
    this.#pieces = [];
    this.#bytes = 0;
  }

  /** The unit that ends with `last`; begins anew. */
  take(last: Buffer, end: number): Unit {
    if (this.#bytes === 0 && last.length <= this.#limit) return { bytes: last, end, tooLong: false };
    this.add(last);
    const tooLong = this.#bytes > this.#limit;
    const whole = this.#pieces.length === 1 ? (this.#pieces[0] as Buffer) : Buffer.concat(this.#pieces);
    this.clear();
    return { bytes: tooLong ? Buffer.from(whole.subarray(0, KEPT_OF_TOO_LONG)) : whole, end, tooLong };
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
