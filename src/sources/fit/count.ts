import type { UnitCounter } from '../../../schema/source.ts';
import { UnitEnds } from '../reading/unit-ends.ts';

type Stage = 'header' | 'record' | 'checksum' | 'lost';

/**
 * Counts data messages by their sizes alone. One unit more stands for each place where a file cannot be read on: from there to
 * its declared end, or to the stream's; and for a checksum that is not that of the bytes before it.
 */
export class MessageCounter implements UnitCounter {
  readonly #ends = new UnitEnds();
  #held: Buffer = Buffer.alloc(0);
  #position = 0;
  #stage: Stage = 'header';
  /** Where the data of the open file ends; infinite where its header does not say. */
  #dataEnd = 0;
  #lostUntil = 0;
  #sum = 0;
  /** Sizes of messages by their local number. */
  #sizes = new Map<number, number>();

  push(chunk: Buffer): void {
    this.#held = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    this.#read(false);
  }

  end(): void {
    this.#read(true);
    const unfinished = this.#stage === 'record' ? this.#dataEnd !== Number.POSITIVE_INFINITY : this.#stage !== 'header';
    if (unfinished || this.#held.length > 0) this.#ends.push(this.#position + this.#held.length);
  }

  takeUntil(position: number): number {
    return this.#ends.takeUntil(position);
  }

  /** Whole pieces of what is held; `last` says that no more will come. */
  #read(last: boolean): void {
    let from = 0;
    for (;;) {
      const taken = this.#step(this.#held.subarray(from), last);
      if (taken < 0) break;
      this.#position += taken;
      from += taken;
      if (this.#stage === 'lost' && this.#position === this.#lostUntil) {
        this.#ends.push(this.#position);
        this.#stage = 'header';
      }
    }
    this.#held = Buffer.from(this.#held.subarray(from));
  }

  /** Bytes that the next piece takes, or -1 where it is not whole. */
  #step(rest: Buffer, last: boolean): number {
    if (this.#stage === 'lost') return rest.length === 0 ? -1 : Math.min(rest.length, this.#lostUntil - this.#position);
    if (this.#stage === 'header') return this.#header(rest, last);
    if (this.#stage === 'checksum') return this.#checksum(rest);
    if (this.#position >= this.#dataEnd) {
      this.#stage = 'checksum';
      return 0;
    }
    return this.#record(rest, last);
  }

  #header(rest: Buffer, last: boolean): number {
    if (rest.length < 12) return -1;
    if (!isHeader(rest)) return this.#lose(Number.POSITIVE_INFINITY);
    const size = rest[0] as number;
    const declared = rest.readUInt32LE(4);
    if (rest.length < size) return -1;
    if (declared === 0 && rest.length < size + 14 && !last) return -1;
    const empty = declared === 0 && (rest.length <= size + 2 || isHeader(rest.subarray(size + 2)));
    this.#dataEnd = declared === 0 && !empty ? Number.POSITIVE_INFINITY : this.#position + size + declared;
    this.#sizes = new Map();
    this.#sum = sumOf(rest.subarray(0, size), 0);
    this.#stage = 'record';
    return size;
  }

  #record(rest: Buffer, last: boolean): number {
    if (rest.length === 0) return -1;
    if (this.#dataEnd === Number.POSITIVE_INFINITY && rest.length <= 2) {
      if (!last) return -1;
      this.#stage = 'header';
      return rest.length;
    }
    const head = rest[0] as number;
    const defines = (head & 0xc0) === 0x40;
    const size = defines ? definitionSize(rest, head) : this.#sizes.get(head >= 0x80 ? (head >> 5) & 3 : head & 15);
    if (size === undefined) return this.#lose(this.#dataEnd + 2);
    if (size < 0 || rest.length < size) return -1;
    if (this.#position + size > this.#dataEnd) return this.#lose(this.#dataEnd + 2);
    if (defines) this.#sizes.set(head & 15, 1 + fieldBytes(rest, head));
    else this.#ends.push(this.#position + size);
    this.#sum = sumOf(rest.subarray(0, size), this.#sum);
    return size;
  }

  #checksum(rest: Buffer): number {
    if (rest.length < 2) return -1;
    if (rest.readUInt16LE(0) !== this.#sum) this.#ends.push(this.#position + 2);
    this.#stage = 'header';
    return 2;
  }

  #lose(until: number): number {
    this.#stage = 'lost';
    this.#lostUntil = until;
    return 0;
  }
}

function isHeader(bytes: Buffer): boolean {
  return bytes.length >= 12 && (bytes[0] as number) >= 12 && bytes.toString('latin1', 8, 12) === '.FIT';
}

/** Bytes of a definition, or -1 where that is not known yet. */
function definitionSize(rest: Buffer, head: number): number {
  if (rest.length < 6) return -1;
  const plain = 6 + 3 * (rest[5] as number);
  if ((head & 0x20) === 0) return plain;
  return rest.length <= plain ? -1 : plain + 1 + 3 * (rest[plain] as number);
}

/** Bytes that the fields of a definition take in each message. */
function fieldBytes(rest: Buffer, head: number): number {
  const fields = rest[5] as number;
  let total = 0;
  for (let i = 0; i < fields; i++) total += rest[7 + 3 * i] as number;
  if ((head & 0x20) === 0) return total;
  const own = 6 + 3 * fields;
  for (let i = 0; i < (rest[own] as number); i++) total += rest[own + 2 + 3 * i] as number;
  return total;
}

/** The format's 16-bit cyclic sum (polynomial 0xA001, no inversion) over more bytes. */
function sumOf(bytes: Buffer, start: number): number {
  let sum = start;
  for (let i = 0; i < bytes.length; i++) {
    sum ^= bytes[i] as number;
    for (let bit = 0; bit < 8; bit++) sum = sum & 1 ? (sum >> 1) ^ 0xa001 : sum >> 1;
  }
  return sum;
}
