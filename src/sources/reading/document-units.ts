import { aroundUnits, type Frame, isUnits, type Scalar } from './document-frames.ts';
import { type JsonPath, memberNode, type PathNode, pathTree } from './document-paths.ts';
import { KEPT_OF_TOO_LONG, MAX_UNIT_BYTES } from './limits.ts';
import { isBlank, PendingBytes, type Unit } from './unit.ts';

/** A value on the way to units that is handed over whole, and the steps that lead to it. */
export interface JsonFact {
  steps: JsonPath;
  bytes: Buffer;
  tooLong: boolean;
}

/** A unit of a JSON document, with what stands around it. */
export interface JsonUnit extends Unit {
  /** Names of the members that lead to it, with dots between. */
  path: string;
  /** The steps to its array. */
  steps: JsonPath;
  /** Facts that stood between it and the unit before. */
  facts: readonly JsonFact[];
  /** Short values that stood before it in the objects around it, the outermost first. */
  scopes: readonly Readonly<Record<string, Scalar>>[];
}

/** How a stream ended that should be one JSON document with arrays at its paths. */
export type DocumentEnd = 'whole' | 'no-document' | 'cut-off' | 'followed-by-more' | 'no-array';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const STRUCTURAL = new Uint8Array(256);
for (const byte of [QUOTE, COMMA, COLON, 0x5b, 0x5d, 0x7b, 0x7d]) STRUCTURAL[byte] = 1;

const MAX_NAME_BYTES = 256;
const MAX_SCALAR_BYTES = 1024;
const MAX_SCOPE = 64;
/** Facts between two units: of chats without any message there may be many in a row. */
const MAX_FACTS = 100_000;

/**
 * Cuts a stream that is one JSON document into the elements of the arrays at some paths. Bytes before the first
 * bracket or brace are left out; a bracket closes whichever was opened last. An element ends behind its comma or
 * its array's bracket; nothing is looked at inside but brackets and strings.
 */
export class JsonUnitSlicer {
  readonly #tree: PathNode;
  readonly #frames: Frame[] = [];
  readonly #pending = new PendingBytes(MAX_UNIT_BYTES);
  readonly #value = new PendingBytes(MAX_SCALAR_BYTES);
  /** What stands before the document, and a fact that is under way. */
  readonly #aside = new PendingBytes(KEPT_OF_TOO_LONG);
  #facts: JsonFact[] = [];
  #factSteps: JsonPath | null = null;
  /** Containers open inside a unit, or where no path leads. */
  #skipped = 0;
  #position = 0;
  #state: 'before' | 'inside' | 'after' = 'before';
  #sawBytes = false;
  #matched = false;
  #more = false;
  #inString = false;
  #escaped = false;
  /** Bytes of the string under way, where its object is on a path. */
  #name: PendingBytes | null = null;
  /** The last string that ended since a container on a path was opened or closed. */
  #last = '';
  /** Whether a member's value is being collected. */
  #collecting = false;

  /** @param facts values on the way that are handed over with the next unit, up to 64 KiB each */
  constructor(paths: readonly JsonPath[], facts: readonly JsonPath[] = []) {
    this.#tree = pathTree(paths, facts);
  }

  /** Names of members that hold arrays or objects to which no path leads. */
  readonly unread = new Set<string>();
  /** Short values of the objects that lay on a path, by their paths, as far as they have closed; the first 64. */
  readonly closed: { path: string; scope: Readonly<Record<string, Scalar>> }[] = [];

  push(chunk: Buffer): JsonUnit[] {
    const units: JsonUnit[] = [];
    let at = this.#state === 'before' ? this.#begin(chunk) : 0;
    let from = at;
    while (at < chunk.length && this.#state === 'inside') {
      if (this.#inString) {
        at = this.#string(chunk, at);
        continue;
      }
      const byte = chunk[at++] as number;
      if (STRUCTURAL[byte] === 0) continue;
      const top = this.#frames.at(-1);
      if (byte === QUOTE) this.#openString(top);
      else if (byte === 0x5b || byte === 0x7b) {
        if (this.#open(byte === 0x5b, top)) from = at;
      } else if (this.#skipped > 0) {
        if (byte === 0x5d || byte === 0x7d) this.#skipped--;
      } else if (byte === COLON) {
        if (top !== undefined && !top.isArray) {
          top.key = this.#last;
          from = at;
          this.#value.clear();
          this.#collecting = true;
          this.#factSteps = memberNode(top.node, top.key)?.isFact === true ? [...top.steps, top.key] : null;
        }
      } else {
        this.#endOfPiece(units, top as Frame, chunk.subarray(from, at - 1), at);
        from = at;
        if (byte !== COMMA) this.#close();
      }
    }
    if (this.#state === 'after') this.#more ||= !isBlank(chunk.subarray(at));
    else if (this.#state === 'inside') this.#keep(chunk.subarray(from));
    this.#position += chunk.length;
    return units;
  }

  /** Whether a document has begun. */
  get begun(): boolean {
    return this.#state !== 'before';
  }

  /** Whether anything but white space stood before it. */
  get isStrange(): boolean {
    return this.#sawBytes;
  }

  end(): { how: DocumentEnd; rest: Unit } {
    const rest = (this.#state === 'before' ? this.#aside : this.#pending).take(Buffer.alloc(0), this.#position);
    if (this.#state === 'before') return { how: this.#sawBytes ? 'no-document' : 'whole', rest };
    if (this.#state === 'inside') return { how: 'cut-off', rest };
    return { how: this.#more ? 'followed-by-more' : this.#matched ? 'whole' : 'no-array', rest };
  }

  #begin(chunk: Buffer): number {
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at] as number;
      if (byte === 0x5b || byte === 0x7b) {
        this.#state = 'inside';
        this.#aside.clear();
        return at;
      }
      if (byte !== 0x20 && byte !== 0x09 && byte !== 0x0d && byte !== 0x0a) this.#sawBytes = true;
    }
    this.#aside.add(chunk);
    return chunk.length;
  }

  /** Whether what follows the bracket begins a piece anew. */
  #open(isArray: boolean, top: Frame | undefined): boolean {
    if (this.#skipped > 0 || this.#factSteps !== null || (top !== undefined && isUnits(top))) {
      this.#skipped++;
      return false;
    }
    const node = top === undefined ? this.#tree : top.isArray ? top.node.elements : memberNode(top.node, top.key);
    this.#collecting = false;
    this.#value.clear();
    if (node === null) {
      if (top !== undefined && !top.isArray && this.unread.size < MAX_SCOPE) this.unread.add(top.key);
      this.#skipped++;
      return false;
    }
    const path = top === undefined || top.isArray ? (top?.path ?? '') : top.path === '' ? top.key : `${top.path}.${top.key}`;
    const steps = top === undefined ? [] : [...top.steps, top.isArray ? '[]' : top.key];
    const frame: Frame = { isArray, node, path, key: '', scope: {}, steps };
    this.#frames.push(frame);
    this.#last = '';
    if (isUnits(frame)) {
      this.#matched = true;
      frame.around = aroundUnits(this.#frames);
    }
    return true;
  }

  #close(): void {
    const frame = this.#frames.pop();
    if (frame?.isArray === false && this.closed.length < MAX_SCOPE) this.closed.push({ path: frame.path, scope: frame.scope });
    this.#last = '';
    if (this.#frames.length === 0) this.#state = 'after';
  }

  /** At a comma or closing bracket of a frame: the element of a unit array, or a member, ends. */
  #endOfPiece(units: JsonUnit[], top: Frame, piece: Buffer, at: number): void {
    if (isUnits(top)) {
      const unit = this.#pending.take(piece, this.#position + at);
      const scopes = this.#frames.filter((frame) => !frame.isArray).map((frame) => frame.scope);
      if (!unit.tooLong && isBlank(unit.bytes)) return;
      units.push({ ...unit, path: top.path, scopes, frame: top.around, steps: top.steps, facts: this.#facts });
      this.#facts = [];
    } else if (!top.isArray) {
      if (this.#factSteps !== null) {
        const { bytes, tooLong } = this.#aside.take(piece, 0);
        if (this.#facts.length < MAX_FACTS) this.#facts.push({ steps: this.#factSteps, bytes, tooLong });
        this.#factSteps = null;
      } else if (this.#collecting) this.#keepScalar(top, this.#value.take(piece, 0));
      this.#collecting = false;
      top.key = '';
    }
  }

  #keepScalar(top: Frame, { bytes, tooLong }: Unit): void {
    if (tooLong || Object.keys(top.scope).length >= MAX_SCOPE) return;
    try {
      const value: unknown = JSON.parse(bytes.toString('utf8'));
      // A new object: units that came before keep what stood before them.
      if (value === null || typeof value !== 'object') top.scope = { ...top.scope, [top.key]: value as Scalar };
    } catch {
      // The member is no scalar, or damaged: what needs it says so.
    }
  }

  #keep(piece: Buffer): void {
    const top = this.#frames.at(-1);
    if (top !== undefined && isUnits(top)) this.#pending.add(piece);
    else if (this.#factSteps !== null) this.#aside.add(piece);
    else if (this.#collecting) this.#value.add(piece);
  }

  #openString(top: Frame | undefined): void {
    this.#inString = true;
    if (this.#skipped === 0 && top !== undefined && !top.isArray) this.#name = new PendingBytes(MAX_NAME_BYTES);
  }

  #string(chunk: Buffer, at: number): number {
    let escaped = this.#escaped;
    for (let i = at; i < chunk.length; i++) {
      const byte = chunk[i] as number;
      if (escaped) escaped = false;
      else if (byte === BACKSLASH) escaped = true;
      else if (byte === QUOTE) {
        this.#inString = false;
        this.#escaped = false;
        this.#endName(chunk.subarray(at, i));
        return i + 1;
      }
    }
    this.#escaped = escaped;
    this.#name?.add(chunk.subarray(at));
    return chunk.length;
  }

  #endName(last: Buffer): void {
    if (this.#name === null) return;
    const { bytes, tooLong } = this.#name.take(last, 0);
    this.#last = tooLong ? '' : bytes.toString('utf8');
    this.#name = null;
  }
}
