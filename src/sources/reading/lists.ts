import { listFrame } from './frames.ts';
import { MAX_UNIT_BYTES } from './limits.ts';
import { isBlank, PendingBytes, type Unit } from './unit.ts';

/** An entry of a list, and the object keys that lead to the list from the outside. */
export interface ListUnit extends Unit {
  path: readonly string[];
}

/** How a stream ended that should be JSON with lists in it. */
export type ListsEnd = 'whole' | 'no-list' | 'cut-off' | 'strange';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const MAX_KEY_BYTES = 1024;
/** 1 for the bytes that matter outside strings: quote, comma, brackets, braces. */
const STRUCTURAL = new Uint8Array(256);
for (const byte of [QUOTE, 0x2c, 0x5b, 0x5d, 0x7b, 0x7d]) STRUCTURAL[byte] = 1;

/**
 * Cuts JSON into the entries of its outermost lists: those that stand in no other list, wherever in objects they are.
 * A closing bracket closes whatever was opened last. What stands outside of lists is passed over.
 */
export class ListSlicer {
  readonly #pending = new PendingBytes(MAX_UNIT_BYTES);
  readonly #document = new PendingBytes(MAX_UNIT_BYTES);
  #position = 0;
  #depth = 0;
  /** Depth inside the open list, or 0 outside of any. */
  #list = 0;
  #sawList = false;
  #strange = false;
  #inString = false;
  #escaped = false;
  /** The string last seen outside of lists: a key, where a bracket opens behind it. */
  #key: number[] = [];
  #keys: string[] = [];
  #path: readonly string[] = [];

  push(chunk: Buffer): ListUnit[] {
    const units: ListUnit[] = [];
    if (!this.#sawList) this.#document.add(chunk);
    let from = 0;
    for (let at = 0; at < chunk.length; at++) {
      if (this.#inString) {
        at = this.#skipString(chunk, at);
        continue;
      }
      const byte = chunk[at] as number;
      if (STRUCTURAL[byte] === 0) {
        if (this.#depth === 0 && byte !== 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d) this.#strange = true;
      } else if (byte === 0x7b || byte === 0x5b) {
        if (this.#list === 0) this.#open(byte === 0x5b);
        this.#depth++;
        if (this.#list === this.#depth) from = at + 1;
      } else if (this.#depth === 0) this.#strange = true;
      else if (byte === QUOTE) {
        this.#inString = true;
        this.#key = [];
      } else if (byte === 0x2c) {
        if (this.#list === this.#depth) from = this.#cut(units, chunk, from, at);
      } else {
        if (this.#list === this.#depth) {
          this.#cut(units, chunk, from, at);
          this.#list = 0;
        }
        this.#depth--;
        if (this.#list === 0) this.#keys.pop();
      }
    }
    if (this.#list > 0) this.#pending.add(chunk.subarray(from));
    this.#position += chunk.length;
    return units;
  }

  /** How the stream ended, and what of it stands for no entry. */
  end(): { how: ListsEnd; rest: Unit } {
    const how = this.#depth > 0 ? 'cut-off' : this.#strange ? 'strange' : this.#sawList ? 'whole' : 'no-list';
    return { how, rest: (this.#sawList ? this.#pending : this.#document).take(Buffer.alloc(0), this.#position) };
  }

  #open(isList: boolean): void {
    this.#keys.push(this.#depth === 0 ? '' : keyOf(this.#key));
    this.#key = [];
    if (!isList) return;
    this.#list = this.#depth + 1;
    this.#path = this.#keys.slice(1);
    if (!this.#sawList) this.#document.clear();
    this.#sawList = true;
  }

  #cut(units: ListUnit[], chunk: Buffer, from: number, at: number): number {
    const unit = this.#pending.take(chunk.subarray(from, at), this.#position + at + 1);
    if (unit.tooLong || !isBlank(unit.bytes)) {
      const path = this.#path;
      units.push({ ...unit, path, frame: () => listFrame(path) });
    }
    return at + 1;
  }

  /** The position of the quote that ends the string, or the chunk's last. */
  #skipString(chunk: Buffer, from: number): number {
    for (let at = from; at < chunk.length; at++) {
      const byte = chunk[at] as number;
      if (this.#escaped) this.#escaped = false;
      else if (byte === BACKSLASH) this.#escaped = true;
      else if (byte === QUOTE) {
        this.#inString = false;
        return at;
      }
      if (this.#list === 0 && this.#key.length < MAX_KEY_BYTES) this.#key.push(byte);
    }
    return chunk.length;
  }
}

function keyOf(bytes: number[]): string {
  const text = Buffer.from(bytes).toString('utf8');
  try {
    return String(JSON.parse(`"${text}"`));
  } catch {
    return text;
  }
}
