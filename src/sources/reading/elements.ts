import { elementFrame } from './frames.ts';
import { MAX_UNIT_BYTES } from './limits.ts';
import { isBlank, PendingBytes, type Unit } from './unit.ts';

/** How a stream ended that should be one JSON array. */
export type ArrayEnd = 'whole' | 'no-array' | 'cut-off' | 'followed-by-more';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/** 1 for the bytes that matter outside strings: quote, comma, brackets, braces. */
const STRUCTURAL = new Uint8Array(256);
for (const byte of [QUOTE, 0x2c, 0x5b, 0x5d, 0x7b, 0x7d]) STRUCTURAL[byte] = 1;

/**
 * Cuts a stream that is one JSON array, perhaps behind a JavaScript assignment, into elements of the array
 * at bracket level `level`: 1 is the outermost array, 4 the arrays in objects in objects of it. An element
 * ends behind its comma or the array's bracket; nothing is looked at inside but brackets and strings.
 */
export class ElementSlicer {
  readonly #level: number;
  readonly #frame = () => elementFrame(this.prolog ?? Buffer.alloc(0));
  readonly #pending = new PendingBytes(MAX_UNIT_BYTES);
  readonly #prolog = new PendingBytes(MAX_UNIT_BYTES);
  #position = 0;
  #depth = 0;
  #opened = false;
  #closed = false;
  #more = false;
  /** Whether the bracket that opened the level is one of an array. */
  #inArray = false;
  #inString = false;
  /** Whether the next byte, inside a string, is escaped. */
  #escaped = false;

  constructor(level = 1) {
    this.#level = level;
  }

  /** Bytes before the array, once it has begun. */
  prolog: Buffer | null = null;

  push(chunk: Buffer): Unit[] {
    const units: Unit[] = [];
    let at = this.#opened ? 0 : this.#begin(chunk);
    let from = at;
    while (at < chunk.length && !this.#closed) {
      if (this.#inString) {
        at = this.#skipString(chunk, at);
        continue;
      }
      while (at < chunk.length && STRUCTURAL[chunk[at] as number] === 0) at++;
      if (at === chunk.length) break;
      const byte = chunk[at++] as number;
      if (byte === QUOTE) this.#inString = true;
      else if (byte === 0x7b || byte === 0x5b) {
        this.#depth++;
        if (this.#depth === this.#level) {
          this.#inArray = byte === 0x5b;
          from = at;
        }
      } else if (byte === 0x7d || byte === 0x5d) {
        // A closing brace where the outermost array is open closes nothing.
        if (this.#depth === 1 && byte === 0x7d) continue;
        if (this.#depth === this.#level) this.#cut(units, chunk, from, at);
        this.#depth--;
        if (this.#depth === 0) this.#closed = true;
      } else if (byte === 0x2c && this.#depth === this.#level) {
        this.#cut(units, chunk, from, at);
        from = at;
      }
    }
    if (this.#closed) this.#more ||= !isTail(chunk.subarray(at));
    else if (this.#isInside()) this.#pending.add(chunk.subarray(from));
    this.#position += chunk.length;
    return units;
  }

  /** How the stream ended, and what of it stands for no element. */
  end(): { how: ArrayEnd; rest: Unit } {
    const how = !this.#opened ? 'no-array' : !this.#closed ? 'cut-off' : this.#more ? 'followed-by-more' : 'whole';
    const rest = (this.#opened ? this.#pending : this.#prolog).take(Buffer.alloc(0), this.#position);
    return { how, rest };
  }

  #begin(chunk: Buffer): number {
    const at = chunk.indexOf(0x5b);
    this.#prolog.add(at === -1 ? chunk : chunk.subarray(0, at));
    if (at === -1) return chunk.length;
    this.#opened = true;
    this.prolog = this.#prolog.take(Buffer.alloc(0), this.#position + at).bytes;
    return at;
  }

  #isInside(): boolean {
    return this.#inArray && this.#depth >= this.#level;
  }

  #cut(units: Unit[], chunk: Buffer, from: number, at: number): void {
    if (!this.#inArray) return;
    const unit = this.#pending.take(chunk.subarray(from, at - 1), this.#position + at);
    if (this.#level === 1) unit.frame = this.#frame;
    if (unit.tooLong || !isBlank(unit.bytes)) units.push(unit);
  }

  /** Where the string ends that `at` lies in, or the chunk's end. A loop, as most strings are short. */
  #skipString(chunk: Buffer, at: number): number {
    const { length } = chunk;
    let i = this.#escaped ? at + 1 : at;
    this.#escaped = false;
    for (; i < length; i++) {
      while (i < length && chunk[i] !== QUOTE && chunk[i] !== BACKSLASH) i++;
      if (i === length) break;
      if (chunk[i] === QUOTE) {
        this.#inString = false;
        return i + 1;
      }
      // What follows a backslash is passed over, in the next chunk where this one ends.
      i++;
      this.#escaped = i === length;
    }
    return length;
  }
}

/** White space and semicolons may follow the array. */
function isTail(bytes: Buffer): boolean {
  return /^[ \t\r\n;]*$/.test(bytes.toString('latin1'));
}
