import type { UnitCounter } from '../../../schema/source.ts';
import { type JsonPath, type PathNode, pathTree } from './document-paths.ts';
import { UnitEnds } from './unit-ends.ts';

/** What a container under way is: of no interest, an object or array on a path, or an array of units. */
interface Level {
  kind: 'object' | 'array' | 'units';
  node: PathNode;
  /** The name that the next container of an object stands under. */
  name: string;
}

const MAX_NAME = 256;

/**
 * Counts elements of the arrays at some paths of a JSON document, by a state for each byte. A document that never
 * closes has one unit more, and so has one with anything but white space behind it or without any such array, or
 * a stream without a document.
 */
export class JsonUnitCounter implements UnitCounter {
  readonly #ends = new UnitEnds();
  readonly #tree: PathNode;
  readonly #withDocument: boolean;
  readonly #levels: Level[] = [];
  #position = 0;
  #state: 'before' | 'plain' | 'string' | 'escape' | 'after' = 'before';
  #outside = 0;
  #strange = false;
  #found = false;
  #filled = false;
  /** Bytes of the string that began last, one character each; null where it names nothing. */
  #text: string | null = null;
  #heard = '';

  /** `withDocument`: the document itself is one unit more, at its end, whole or not. */
  constructor(paths: readonly JsonPath[], withDocument = false) {
    this.#tree = pathTree(paths);
    this.#withDocument = withDocument;
  }

  push(chunk: Buffer): void {
    for (let i = 0; i < chunk.length; i++) this.#step(chunk[i] as number, this.#position + i + 1);
    this.#position += chunk.length;
  }

  end(): void {
    const isOpen = this.#state !== 'before' && this.#state !== 'after';
    if (isOpen || this.#strange || (this.#state === 'after' && (this.#withDocument || !this.#found))) this.#ends.push(this.#position);
  }

  takeUntil(position: number): number {
    return this.#ends.takeUntil(position);
  }

  #step(byte: number, end: number): void {
    if (this.#state === 'string') {
      if (byte === 92) this.#state = 'escape';
      if (byte === 34) this.#endString();
      else this.#hear(byte);
    } else if (this.#state === 'escape') {
      this.#state = 'string';
      this.#hear(byte);
    } else if (this.#state === 'plain') this.#plain(byte, end);
    else if (isSpace(byte)) return;
    else if (this.#state === 'before' && (byte === 91 || byte === 123)) {
      this.#state = 'plain';
      this.#strange = false;
      this.#enter(byte === 91, this.#tree);
    } else this.#strange = true;
  }

  #hear(byte: number): void {
    if (this.#text !== null && this.#text.length <= MAX_NAME) this.#text += String.fromCharCode(byte);
  }

  #endString(): void {
    this.#state = 'plain';
    if (this.#text === null) return;
    this.#heard = this.#text.length > MAX_NAME ? '' : Buffer.from(this.#text, 'latin1').toString('utf8');
    this.#text = null;
  }

  #plain(byte: number, end: number): void {
    if (isSpace(byte)) return;
    const level = this.#levels.at(-1) as Level;
    if (byte === 93 || byte === 125) {
      if (this.#outside > 0) this.#outside--;
      else this.#leave(level, end);
      return;
    }
    if (byte === 44 && this.#outside === 0) {
      if (level.kind === 'units') this.#endElement(end);
      level.name = '';
      return;
    }
    this.#filled = true;
    if (byte === 34) {
      this.#state = 'string';
      if (this.#outside === 0 && level.kind === 'object') this.#text = '';
    } else if (byte === 58 && this.#outside === 0) level.name = this.#heard;
    else if (byte === 91 || byte === 123) {
      const node = this.#outside > 0 || level.kind === 'units' ? null : childOf(level);
      if (node === null) this.#outside++;
      else this.#enter(byte === 91, node);
    }
  }

  #enter(isArray: boolean, node: PathNode): void {
    const kind = !isArray ? 'object' : node.elements?.isUnit === true ? 'units' : 'array';
    this.#levels.push({ kind, node, name: '' });
    this.#heard = '';
    if (kind === 'units') {
      this.#found = true;
      this.#filled = false;
    }
  }

  #leave(level: Level, end: number): void {
    if (level.kind === 'units') this.#endElement(end);
    this.#levels.pop();
    if (this.#levels.length === 0) this.#state = 'after';
    this.#heard = '';
  }

  #endElement(end: number): void {
    if (this.#filled) this.#ends.push(end);
    this.#filled = false;
  }
}

function childOf({ kind, node, name }: Level): PathNode | null {
  if (kind === 'array') return node.elements;
  return node.members.get(name) ?? node.anyMember;
}

function isSpace(byte: number): boolean {
  return byte === 32 || byte === 10 || byte === 9 || byte === 13;
}
