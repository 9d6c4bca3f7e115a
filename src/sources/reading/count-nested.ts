import type { UnitCounter } from '../../../schema/source.ts';
import { type JsonPath, MAX_NAME_BYTES, MAX_STEPS } from './json-paths.ts';
import { UnitEnds } from './unit-ends.ts';

const SEPARATOR = '\n';

interface Bracket {
  path: string;
  isArray: boolean;
  isWanted: boolean;
}

/**
 * Counts elements of the arrays that lie at given places of a JSON document, by a state for each byte. There is one
 * unit more where the document is cut off, has something behind it, or has none of these arrays.
 */
export class NestedCounter implements UnitCounter {
  readonly #ends = new UnitEnds();
  readonly #wanted: ReadonlySet<string>;
  #position = 0;
  #quoted: 'no' | 'yes' | 'escape' = 'no';
  #phase: 'before' | 'inside' | 'after' = 'before';
  /** Open brackets, with the steps that lead to each. */
  #open: Bracket[] = [];
  /** Open brackets that no place can be in. */
  #deeper = 0;
  #naming = false;
  #spelled = '';
  #spelling = false;
  #name: string | null = null;
  #filled = false;
  #found = false;
  #strange = false;

  constructor(units: readonly JsonPath[]) {
    this.#wanted = new Set(units.map((path) => ['', ...path].join(SEPARATOR)));
  }

  push(chunk: Buffer): void {
    for (let i = 0; i < chunk.length; i++) this.#step(chunk[i] as number, this.#position + i + 1);
    this.#position += chunk.length;
  }

  end(): void {
    const missing = this.#phase === 'after' && !this.#found;
    if (this.#strange || this.#phase === 'inside' || missing) this.#ends.push(this.#position);
  }

  takeUntil(position: number): number {
    return this.#ends.takeUntil(position);
  }

  #step(byte: number, end: number): void {
    if (this.#phase === 'inside') {
      if (this.#quoted === 'no') this.#plain(byte, end);
      else this.#inQuotes(byte);
    } else if (this.#phase === 'after') {
      if (!isSpace(byte) && byte !== 59) this.#strange = true;
    } else if (byte === 91 || byte === 123) {
      this.#phase = 'inside';
      this.#strange = false;
      this.#enter(byte === 91);
    } else if (!isSpace(byte)) this.#strange = true;
  }

  #inQuotes(byte: number): void {
    if (this.#quoted === 'escape') this.#quoted = 'yes';
    else if (byte === 92) this.#quoted = 'escape';
    else if (byte === 34) {
      this.#quoted = 'no';
      if (this.#spelling) this.#name = this.#spelled;
      this.#spelling = false;
      return;
    }
    if (this.#spelling && this.#spelled.length <= MAX_NAME_BYTES) this.#spelled += String.fromCharCode(byte);
  }

  #plain(byte: number, end: number): void {
    const last = this.#open.at(-1);
    switch (byte) {
      case 34:
        this.#quoted = 'yes';
        this.#spelling = this.#naming && this.#deeper === 0 && last?.isArray === false;
        this.#spelled = '';
        this.#filled = true;
        return;
      case 91:
      case 123:
        this.#filled = true;
        if (this.#deeper > 0 || last?.isWanted === true || this.#open.length > MAX_STEPS) this.#deeper++;
        else this.#enter(byte === 91);
        return;
      case 93:
      case 125:
        this.#leave(last, end);
        return;
      case 44:
        if (this.#deeper > 0) return;
        this.#endElement(last, end);
        this.#naming = last?.isArray === false;
        this.#name = null;
        return;
      case 58:
        if (this.#deeper === 0 && last?.isArray === false) this.#naming = false;
        this.#filled = true;
        return;
      default:
        if (!isSpace(byte)) this.#filled = true;
    }
  }

  #enter(isArray: boolean): void {
    const around = this.#open.at(-1);
    const step = around === undefined ? '' : `${around.path}${SEPARATOR}${around.isArray ? '[]' : (this.#name ?? SEPARATOR)}`;
    const isWanted = isArray && this.#wanted.has(step);
    this.#open.push({ path: step, isArray, isWanted });
    this.#naming = !isArray;
    this.#name = null;
    this.#found ||= isWanted;
    if (isWanted) this.#filled = false;
  }

  #leave(last: Bracket | undefined, end: number): void {
    if (this.#deeper > 0) {
      this.#deeper--;
      if (this.#deeper > 0) return;
    } else {
      this.#endElement(last, end);
      this.#open.pop();
      if (this.#open.length === 0) this.#phase = 'after';
    }
    this.#naming = false;
    this.#name = null;
  }

  #endElement(last: Bracket | undefined, end: number): void {
    if (last?.isWanted === true && this.#filled) this.#ends.push(end);
    this.#filled = false;
  }
}

function isSpace(byte: number): boolean {
  return byte === 32 || byte === 10 || byte === 9 || byte === 13;
}
