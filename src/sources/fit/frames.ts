import { KEPT_OF_TOO_LONG, MAX_UNIT_BYTES } from '../reading/limits.ts';
import { PendingBytes, type Unit } from '../reading/unit.ts';
import { crc16 } from './checksum.ts';
import { type Definition, definitionBytes, readDefinition } from './definition.ts';

/** A data message, as it stands in the stream. */
export interface Message {
  is: 'message';
  definition: Definition;
  /** Its fields, without the header byte. */
  fields: Buffer;
  /** Seconds since the end of 1989 of its own or its compressed timestamp, or null. */
  stamp: number | null;
  /** Number of the file within a chain, from 0. */
  file: number;
  end: number;
}

/** A stretch that cannot be read: why, and from which byte of the stream on. */
export interface Broken {
  is: 'broken';
  why: 'no-header' | 'undefined-message' | 'cut-off' | 'checksum';
  from: number;
  rest: Unit;
}

const HEADER_BYTES = 12;

/**
 * Cuts a stream of FIT files, one behind another, into data messages. A file whose header declares no length goes on to the end
 * of the stream. Where a file cannot be read on, the rest up to its declared end is one broken stretch, and the next file is looked for there.
 */
export class MessageSlicer {
  #held: Buffer = Buffer.alloc(0);
  #at = 0;
  #in: 'between' | 'data' | 'sum' | 'skipping' = 'between';
  #dataEnd = 0;
  #sum = 0;
  #file = -1;
  #locals: (Definition | undefined)[] = [];
  #lastStamp: number | null = null;
  readonly #skipped = new PendingBytes(MAX_UNIT_BYTES);
  #skip: { why: Broken['why']; from: number; until: number } = { why: 'no-header', from: 0, until: 0 };

  push(chunk: Buffer): (Message | Broken)[] {
    this.#held = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    return this.#cut(false);
  }

  end(): (Message | Broken)[] {
    const out = this.#cut(true);
    if (this.#in === 'skipping') out.push(this.#brokenHere(this.#skip.why, this.#skip.from));
    else if (this.#held.length > 0 || this.#in === 'sum' || (this.#in === 'data' && Number.isFinite(this.#dataEnd))) {
      const why = this.#in === 'between' && this.#file < 0 ? 'no-header' : 'cut-off';
      out.push(this.#brokenHere(why, this.#at));
    }
    return out;
  }

  #cut(final: boolean): (Message | Broken)[] {
    const out: (Message | Broken)[] = [];
    let used = 0;
    for (;;) {
      const rest = this.#held.subarray(used);
      const bytes = this.#next(rest, final, out);
      if (bytes === null) break;
      used += bytes;
      this.#at += bytes;
      if (this.#in === 'skipping' && this.#at === this.#skip.until) {
        out.push(this.#brokenHere(this.#skip.why, this.#skip.from, 0));
        this.#in = 'between';
      }
    }
    this.#held = Buffer.from(this.#held.subarray(used));
    return out;
  }

  /** Takes the next piece and says how many bytes it had; null where more are needed. */
  #next(rest: Buffer, final: boolean, out: (Message | Broken)[]): number | null {
    switch (this.#in) {
      case 'between':
        return this.#header(rest, final);
      case 'skipping': {
        const bytes = Math.min(rest.length, this.#skip.until - this.#at);
        this.#skipped.add(rest.subarray(0, bytes));
        return bytes === 0 ? null : bytes;
      }
      case 'sum':
        if (rest.length < 2) return null;
        if (rest.readUInt16LE(0) !== this.#sum) {
          out.push({
            is: 'broken',
            why: 'checksum',
            from: this.#at,
            rest: { bytes: Buffer.from(rest.subarray(0, 2)), end: this.#at + 2, tooLong: false },
          });
        }
        this.#in = 'between';
        return 2;
      default:
        if (this.#at >= this.#dataEnd) {
          this.#in = 'sum';
          return 0;
        }
        return this.#record(rest, final, out);
    }
  }

  #header(rest: Buffer, final: boolean): number | null {
    if (rest.length < HEADER_BYTES) return null;
    if (!isFileHeader(rest)) return this.#startSkip('no-header', Number.POSITIVE_INFINITY);
    const size = rest[0] as number;
    const data = rest.readUInt32LE(4);
    if (rest.length < size || (data === 0 && !final && rest.length < size + 2 + HEADER_BYTES)) return null;
    // No length: a file without messages, or one that its device never finished.
    const isEmpty = data === 0 && (rest.length <= size + 2 || isFileHeader(rest.subarray(size + 2)));
    this.#dataEnd = data > 0 || isEmpty ? this.#at + size + data : Number.POSITIVE_INFINITY;
    this.#sum = crc16(rest.subarray(0, size), 0);
    this.#file++;
    this.#locals = [];
    this.#lastStamp = null;
    this.#in = 'data';
    return size;
  }

  #record(rest: Buffer, final: boolean, out: (Message | Broken)[]): number | null {
    const head = rest[0];
    if (head === undefined) return null;
    // Without a length, what might be the last two bytes must wait: they can but be the checksum.
    if (rest.length <= 2 && !Number.isFinite(this.#dataEnd)) {
      if (!final) return null;
      this.#in = 'between';
      return rest.length;
    }
    const compressed = (head & 0x80) !== 0;
    const isDefinition = !compressed && (head & 0x40) !== 0;
    const definition = this.#locals[compressed ? (head >> 5) & 0x03 : head & 0x0f];
    if (!isDefinition && definition === undefined) return this.#startSkip('undefined-message', this.#dataEnd + 2);
    const bytes = isDefinition ? definitionBytes(rest) : 1 + (definition as Definition).size;
    if (bytes === null || rest.length < bytes) return null;
    if (this.#at + bytes > this.#dataEnd) return this.#startSkip('cut-off', this.#dataEnd + 2);
    this.#sum = crc16(rest.subarray(0, bytes), this.#sum);
    if (isDefinition) this.#locals[head & 0x0f] = readDefinition(rest.subarray(0, bytes));
    else out.push(this.#message(rest.subarray(1, bytes), definition as Definition, compressed ? head & 0x1f : null, this.#at + bytes));
    return bytes;
  }

  #message(fields: Buffer, definition: Definition, offset: number | null, end: number): Message {
    const stamp = offset === null ? stampIn(fields, definition) : this.#rolled(offset);
    if (stamp !== null) this.#lastStamp = stamp;
    return { is: 'message', definition, fields: Buffer.from(fields), stamp, file: this.#file, end };
  }

  /** A compressed timestamp: the next moment whose last five bits are these. */
  #rolled(offset: number): number | null {
    const last = this.#lastStamp;
    return last === null ? null : last + ((offset - last) & 0x1f);
  }

  #startSkip(why: Broken['why'], until: number): number {
    this.#skip = { why, from: this.#at, until };
    this.#in = 'skipping';
    return 0;
  }

  #brokenHere(why: Broken['why'], from: number, held = this.#held.length): Broken {
    const unit = this.#skipped.take(held > 0 ? this.#held : Buffer.alloc(0), this.#at + held);
    return { is: 'broken', why, from, rest: { ...unit, bytes: Buffer.from(unit.bytes.subarray(0, KEPT_OF_TOO_LONG)) } };
  }
}

function isFileHeader(bytes: Buffer): boolean {
  return bytes.length >= HEADER_BYTES && (bytes[0] as number) >= HEADER_BYTES && bytes.toString('latin1', 8, 12) === '.FIT';
}

function stampIn(fields: Buffer, { stampAt, bigEndian }: Definition): number | null {
  if (stampAt < 0) return null;
  const stamp = bigEndian ? fields.readUInt32BE(stampAt) : fields.readUInt32LE(stampAt);
  return stamp === 0xffffffff ? null : stamp;
}
