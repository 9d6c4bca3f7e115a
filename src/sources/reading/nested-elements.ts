import { type JsonPath, type JsonPlaces, MAX_NAME_BYTES } from './json-paths.ts';
import { KEPT_OF_TOO_LONG, MAX_UNIT_BYTES } from './limits.ts';
import { isBlank, PendingBytes, type Unit } from './unit.ts';

/** How a stream ended that should be one JSON document with units in it. */
export type NestedEnd = 'whole' | 'no-units' | 'cut-off' | 'followed-by-more';

/** A unit, or a fact that stands between units. */
export interface Piece {
  unit: Unit;
  /** Path of the fact, joined by dots; null for a unit. */
  fact: string | null;
  /** Where it lies, the fact itself or the unit's array. */
  path: JsonPath;
}

interface Node {
  children: Map<string, Node>;
  isUnits: boolean;
  fact: string | null;
  path: JsonPath;
}

interface Frame {
  isArray: boolean;
  node: Node;
  isUnits: boolean;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const COMMA = 0x2c;
/** 1 for the bytes that matter outside strings. */
const STRUCTURAL = new Uint8Array(256);
for (const byte of [QUOTE, COLON, COMMA, 0x5b, 0x5d, 0x7b, 0x7d]) STRUCTURAL[byte] = 1;
const NOWHERE: Node = { children: new Map(), isUnits: false, fact: null, path: [] };

/**
 * Cuts a stream that is one JSON document into the elements of the arrays that lie at given places, and hands over
 * small values on the way (a chat's name). An element ends behind its comma or its array's bracket; inside it only
 * brackets and strings are looked at. A bracket closes whatever is open. Where no place leads, nothing is kept.
 */
export class NestedSlicer {
  readonly #root: Node;
  readonly #pending = new PendingBytes(MAX_UNIT_BYTES);
  readonly #prolog = new PendingBytes(KEPT_OF_TOO_LONG);
  #position = 0;
  #frames: Frame[] = [];
  /** Brackets that are open below the innermost frame. */
  #below = 0;
  #state: 'before' | 'inside' | 'after' = 'before';
  #inString = false;
  #escaped = false;
  /** Bytes of a member's name while it is read, else null. */
  #name: string | null = null;
  #expectsName = false;
  /** The node of the value that comes next in the innermost object. */
  #next: Node = NOWHERE;
  /** Whether bytes are being kept, from `#from` of the chunk on. */
  #keeps: 'unit' | 'fact' | null = null;
  #fact: string | null = null;
  #factPath: JsonPath = [];
  #from = 0;
  #sawUnits = false;
  #more = false;

  constructor(places: JsonPlaces) {
    this.#root = treeOf(places);
  }

  /** Whether anything but white space stood before the first bracket. */
  isStrange = false;

  push(chunk: Buffer): Piece[] {
    const pieces: Piece[] = [];
    this.#from = 0;
    let at = this.#state === 'before' ? this.#begin(chunk) : 0;
    while (at < chunk.length && this.#state === 'inside') {
      if (this.#inString) {
        at = this.#readString(chunk, at);
        continue;
      }
      const byte = chunk[at++] as number;
      if (STRUCTURAL[byte] === 1) this.#structure(byte, chunk, at, pieces);
    }
    if (this.#state === 'after') this.#more ||= !/^[ \t\r\n;]*$/.test(chunk.toString('latin1', at));
    else if (this.#keeps !== null) this.#pending.add(chunk.subarray(this.#from));
    this.#position += chunk.length;
    return pieces;
  }

  /** How the stream ended, and what was under way. */
  end(): { how: NestedEnd; rest: Unit } {
    const rest = (this.#state === 'before' ? this.#prolog : this.#pending).take(Buffer.alloc(0), this.#position);
    if (this.#state === 'before') return { how: this.isStrange ? 'no-units' : 'whole', rest };
    if (this.#state === 'inside') return { how: 'cut-off', rest };
    return { how: this.#more ? 'followed-by-more' : this.#sawUnits ? 'whole' : 'no-units', rest };
  }

  #begin(chunk: Buffer): number {
    let at = 0;
    while (at < chunk.length && chunk[at] !== 0x5b && chunk[at] !== 0x7b) at++;
    this.isStrange ||= !isBlank(chunk.subarray(0, at));
    if (at === chunk.length) this.#prolog.add(chunk);
    else this.#state = 'inside';
    return at;
  }

  #structure(byte: number, chunk: Buffer, at: number, pieces: Piece[]): void {
    const frame = this.#frames.at(-1);
    if (byte === QUOTE) {
      this.#inString = true;
      if (this.#expectsName && this.#below === 0 && frame?.isArray === false) this.#name = '';
    } else if (byte === 0x5b || byte === 0x7b) this.#open(byte === 0x5b, frame, at);
    else if (this.#below > 0) {
      if (byte === 0x5d || byte === 0x7d) this.#rise();
    } else if (frame !== undefined) {
      if (byte === COLON) this.#value(frame, at);
      else this.#endValue(frame, byte !== COMMA, chunk, at, pieces);
    }
  }

  #open(isArray: boolean, frame: Frame | undefined, at: number): void {
    const node = this.#below > 0 ? NOWHERE : this.#nodeOfValue(frame);
    // Below a unit or where no place leads, depth is all that matters.
    if (this.#below > 0 || frame?.isUnits === true || (frame !== undefined && !leads(node))) {
      this.#below++;
      return;
    }
    const isUnits = isArray && node.isUnits;
    this.#frames.push({ isArray, node, isUnits });
    this.#expectsName = !isArray;
    this.#next = NOWHERE;
    if (isUnits) {
      this.#sawUnits = true;
      this.#keeps = 'unit';
      this.#from = at;
    }
  }

  #rise(): void {
    this.#below--;
    if (this.#below > 0) return;
    this.#expectsName = false;
    this.#next = NOWHERE;
  }

  #nodeOfValue(frame: Frame | undefined): Node {
    if (frame === undefined) return this.#root;
    return frame.isArray ? (frame.node.children.get('[]') ?? NOWHERE) : this.#next;
  }

  #value(frame: Frame, at: number): void {
    if (frame.isArray || !this.#expectsName) return;
    this.#expectsName = false;
    this.#fact = this.#next.fact;
    this.#factPath = this.#next.path;
    if (this.#fact !== null) {
      this.#keeps = 'fact';
      this.#from = at;
    }
  }

  #endValue(frame: Frame, closes: boolean, chunk: Buffer, at: number, pieces: Piece[]): void {
    if (this.#keeps !== null) {
      const unit = this.#pending.take(chunk.subarray(this.#from, at - 1), this.#position + at);
      if (unit.tooLong || !isBlank(unit.bytes)) {
        pieces.push({ unit, fact: frame.isUnits ? null : this.#fact, path: frame.isUnits ? frame.node.path : this.#factPath });
      }
      this.#keeps = frame.isUnits && !closes ? 'unit' : null;
      this.#from = at;
    }
    if (closes) this.#frames.pop();
    const now = closes ? this.#frames.at(-1) : frame;
    this.#expectsName = now?.isArray === false && !closes;
    this.#next = NOWHERE;
    if (this.#frames.length === 0) this.#state = 'after';
  }

  /** Where the string ends that `at` lies in, or the chunk's end. A loop, as most strings are short. */
  #readString(chunk: Buffer, at: number): number {
    let i = at;
    for (; i < chunk.length; i++) {
      const byte = chunk[i] as number;
      if (this.#escaped) this.#escaped = false;
      else if (byte === BACKSLASH) this.#escaped = true;
      else if (byte === QUOTE) {
        this.#inString = false;
        break;
      }
    }
    if (this.#name === null) return i + 1;
    if (this.#name.length <= MAX_NAME_BYTES) this.#name += chunk.toString('latin1', at, Math.min(i, at + MAX_NAME_BYTES + 1));
    if (!this.#inString) {
      this.#next = this.#frames.at(-1)?.node.children.get(this.#name) ?? NOWHERE;
      this.#name = null;
    }
    return i + 1;
  }
}

function leads(node: Node): boolean {
  return node.isUnits || node.children.size > 0;
}

function treeOf({ units, facts }: JsonPlaces): Node {
  const root: Node = { children: new Map(), isUnits: false, fact: null, path: [] };
  const nodeAt = (path: JsonPath): Node => {
    let node = root;
    for (const step of path) {
      const child = node.children.get(step) ?? { children: new Map(), isUnits: false, fact: null, path: [...node.path, step] };
      node.children.set(step, child);
      node = child;
    }
    return node;
  };
  for (const path of units) nodeAt(path).isUnits = true;
  for (const path of facts) nodeAt(path).fact = path.join('.');
  return root;
}
