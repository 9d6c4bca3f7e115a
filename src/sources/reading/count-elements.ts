import type { UnitCounter } from '../../../schema/source.ts';
import { UnitEnds } from './unit-ends.ts';

/** 1 for what changes nothing inside of an element that holds something: all but quotes, commas, brackets and braces. */
const PLAIN = new Uint8Array(256).fill(1);
for (const byte of [34, 44, 91, 93, 123, 125]) PLAIN[byte] = 0;

/**
 * Counts elements of arrays at one bracket level of a JSON array, by a state for each byte. An array that
 * never closes has one unit more, and so has anything but white space and semicolons after it, or a stream
 * without any array.
 */
export class ElementCounter implements UnitCounter {
  readonly #ends = new UnitEnds();
  readonly #level: number;
  #position = 0;
  #state: 'before' | 'plain' | 'string' | 'escape' | 'after' = 'before';
  /** Open brackets, true for an array's. */
  #open: boolean[] = [];
  #filled = false;
  /** Anything before the array or after it. */
  #strange = false;

  constructor(level: number) {
    this.#level = level;
  }

  push(chunk: Buffer): void {
    const length = chunk.length;
    for (let i = 0; i < length; i++) {
      // The bulk is the insides of strings and what stands between an array's elements; both end at few bytes.
      if (this.#state === 'string') while (i < length && chunk[i] !== 34 && chunk[i] !== 92) i++;
      else if (this.#state === 'plain' && this.#filled) while (i < length && PLAIN[chunk[i] as number] === 1) i++;
      if (i < length) this.#step(chunk[i] as number, this.#position + i + 1);
    }
    this.#position += chunk.length;
  }

  end(): void {
    const cutOff = this.#state !== 'before' && this.#state !== 'after';
    if (cutOff || this.#strange) this.#ends.push(this.#position);
  }

  takeUntil(position: number): number {
    return this.#ends.takeUntil(position);
  }

  #step(byte: number, end: number): void {
    switch (this.#state) {
      case 'string':
        if (byte === 92) this.#state = 'escape';
        else if (byte === 34) this.#state = 'plain';
        return;
      case 'escape':
        this.#state = 'string';
        return;
      case 'plain':
        this.#plain(byte, end);
        return;
      case 'before':
        if (byte === 91) {
          this.#open.push(true);
          this.#state = 'plain';
          this.#strange = false;
        } else if (!isSpace(byte)) this.#strange = true;
        return;
      default:
        if (!isSpace(byte) && byte !== 59) this.#strange = true;
    }
  }

  #plain(byte: number, end: number): void {
    if (isSpace(byte)) return;
    if (byte === 44 && this.#atLevel()) {
      this.#endElement(end);
      return;
    }
    if (byte === 93 || byte === 125) {
      if (byte === 93 || this.#open.length > 1) this.#close(end);
      else this.#filled = true;
      return;
    }
    if (this.#open.length >= this.#level) this.#filled = true;
    if (byte === 34) this.#state = 'string';
    else if (byte === 91 || byte === 123) {
      this.#open.push(byte === 91);
      if (this.#open.length === this.#level) this.#filled = false;
    }
  }

  #close(end: number): void {
    if (this.#atLevel()) this.#endElement(end);
    this.#open.pop();
    if (this.#open.length === 0) this.#state = 'after';
    else if (this.#open.length >= this.#level) this.#filled = true;
  }

  #atLevel(): boolean {
    return this.#open.length === this.#level;
  }

  #endElement(end: number): void {
    if (this.#filled && this.#open[this.#level - 1] === true) this.#ends.push(end);
    this.#filled = false;
  }
}

function isSpace(byte: number): boolean {
  return byte === 32 || byte === 10 || byte === 9 || byte === 13;
}
