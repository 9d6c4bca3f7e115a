import type { UnitCounter } from '../../../schema/source.ts';
import { UnitEnds } from '../reading/unit-ends.ts';

const PROLOG = 0;
const TEXT = 1;
const OPENED = 2;
const NAME = 3;
const DOUBLE = 4;
const SINGLE = 5;
const END_TAG = 6;
const BANG = 7;
const COMMENT = 8;
const CDATA = 9;
const INSTRUCTION = 10;
const DECLARATION = 11;
const AFTER = 12;

/** 1 for what ends a run of names and spaces in a tag: quotes and the tag's own end. */
const NAME_END = new Uint8Array(256);
for (const byte of [34, 39, 62]) NAME_END[byte] = 1;

const ROOT = '<HealthData';
const CDATA_MARK = '[CDATA[';

/**
 * Counts children of the root element HealthData, by a state for each byte. A document that ends before its
 * root does has one unit more; so has anything but white space after the root, or a stream without it.
 */
export class ChildCounter implements UnitCounter {
  readonly #ends = new UnitEnds();
  #state = PROLOG;
  #position = 0;
  #depth = 0;
  /** How much of a word (the root's tag, a CDATA mark) was matched. */
  #matched = 0;
  /** The last bytes before the one that is looked at, the newest in the low eight bits. */
  #last = 0;
  /** The last bytes of the chunk before. */
  #tail = 0;
  #strange = false;

  push(chunk: Buffer): void {
    const length = chunk.length;
    let state = this.#state;
    for (let i = 0; i < length; i++) {
      // The bulk is attribute values, names and text, of which only the end matters; all else goes through the table of states.
      if (state === DOUBLE) while (i < length && chunk[i] !== 34) i++;
      else if (state === TEXT) while (i < length && chunk[i] !== 60) i++;
      else if (state === NAME) while (i < length && NAME_END[chunk[i] as number] === 0) i++;
      if (i === length) break;
      const byte = chunk[i] as number;
      if (state === DOUBLE) state = NAME;
      else if (state === TEXT) state = OPENED;
      else if (state === NAME && byte === 34) state = DOUBLE;
      else {
        this.#last = this.#before(chunk, i);
        state = this.#step(state, byte, this.#position + i + 1);
      }
    }
    this.#state = state;
    this.#tail = this.#before(chunk, length);
    this.#position += length;
  }

  /** The three bytes before a place of this chunk. */
  #before(chunk: Buffer, i: number): number {
    if (i > 2) return ((chunk[i - 3] as number) << 16) | ((chunk[i - 2] as number) << 8) | (chunk[i - 1] as number);
    let bytes = this.#tail;
    for (let at = 0; at < i; at++) bytes = ((bytes << 8) | (chunk[at] as number)) & 0xffffff;
    return bytes;
  }

  end(): void {
    if (this.#strange || (this.#state !== PROLOG && this.#state !== AFTER)) this.#ends.push(this.#position);
  }

  takeUntil(position: number): number {
    return this.#ends.takeUntil(position);
  }

  #step(state: number, byte: number, end: number): number {
    switch (state) {
      case PROLOG:
        return this.#prolog(byte, end);
      case OPENED:
        this.#matched = 0;
        if (byte === 47) return END_TAG;
        if (byte === 33) return BANG;
        if (byte === 63) return INSTRUCTION;
        return this.#name(byte, end);
      case NAME:
        return this.#name(byte, end);
      case SINGLE:
        return byte === 39 ? NAME : SINGLE;
      case END_TAG:
        return byte === 62 ? this.#leave(end) : END_TAG;
      case BANG:
        return this.#bang(byte);
      case COMMENT:
        this.#matched++;
        return byte === 62 && this.#matched > 2 && (this.#last & 0xffff) === 0x2d2d ? TEXT : COMMENT;
      case CDATA:
        this.#matched++;
        return byte === 62 && this.#matched > 2 && (this.#last & 0xffff) === 0x5d5d ? TEXT : CDATA;
      case INSTRUCTION:
        this.#matched++;
        return byte === 62 && this.#matched > 1 && (this.#last & 0xff) === 0x3f ? TEXT : INSTRUCTION;
      case DECLARATION:
        return byte === 62 ? TEXT : DECLARATION;
      default:
        if (!isBlank(byte)) this.#strange = true;
        return AFTER;
    }
  }

  #prolog(byte: number, end: number): number {
    if (this.#matched === ROOT.length) {
      if (byte <= 32 || byte === 62 || byte === 47) {
        this.#strange = false;
        return this.#name(byte, end);
      }
      this.#matched = 0;
    }
    this.#matched = byte === ROOT.charCodeAt(this.#matched) ? this.#matched + 1 : byte === 60 ? 1 : 0;
    if (!isBlank(byte)) this.#strange = true;
    return PROLOG;
  }

  #name(byte: number, end: number): number {
    if (byte === 34) return DOUBLE;
    if (byte === 39) return SINGLE;
    if (byte !== 62) return NAME;
    // A tag that ends in a slash opens nothing.
    if ((this.#last & 0xff) !== 47) {
      this.#depth++;
      return TEXT;
    }
    if (this.#depth === 0) return AFTER;
    if (this.#depth === 1) this.#ends.push(end);
    return TEXT;
  }

  #leave(end: number): number {
    this.#depth--;
    if (this.#depth === 1) this.#ends.push(end);
    return this.#depth === 0 ? AFTER : TEXT;
  }

  #bang(byte: number): number {
    const dash = this.#matched === 0 || this.#matched === 100;
    if (byte === 45 && dash) {
      const second = this.#matched === 100;
      this.#matched = second ? 0 : 100;
      return second ? COMMENT : BANG;
    }
    if (this.#matched < CDATA_MARK.length && byte === CDATA_MARK.charCodeAt(this.#matched)) {
      this.#matched++;
      if (this.#matched < CDATA_MARK.length) return BANG;
      this.#matched = 0;
      return CDATA;
    }
    return byte === 62 ? TEXT : DECLARATION;
  }
}

function isBlank(byte: number): boolean {
  return byte === 32 || byte === 9 || byte === 10 || byte === 13;
}
