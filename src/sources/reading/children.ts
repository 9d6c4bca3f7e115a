import type { Frame } from '../../../schema/source.ts';
import { childFrame } from './frames.ts';
import { MAX_ELEMENT_BYTES } from './limits.ts';
import { isBlank, PendingBytes, type Unit } from './unit.ts';

/** How a stream ended that should be one XML document. */
export type DocumentEnd = 'whole' | 'no-root' | 'cut-off' | 'followed-by-more';

type State = 'prolog' | 'text' | 'open' | 'bang' | 'start' | 'close' | 'comment' | 'cdata' | 'instruction' | 'declaration' | 'after';

const LT = 0x3c;
const GT = 0x3e;
const SLASH = 0x2f;
/** What ends markup that is skipped. */
const ENDINGS = { comment: '-->', cdata: ']]>', instruction: '?>', declaration: '>' } as const;

/** A child, and where it stands in the chunk that was given last; −1 where it began in one before. */
export interface Child extends Unit {
  from: number;
  to: number;
}

/** A child within one chunk. Its bytes are cut out for whom asks: of millions most are read where they stand. */
class ChildInside implements Child {
  readonly tooLong = false;
  readonly end: number;
  readonly frame: () => Frame;
  readonly from: number;
  readonly to: number;
  readonly #chunk: Buffer;

  constructor(chunk: Buffer, from: number, to: number, end: number, frame: () => Frame) {
    this.#chunk = chunk;
    this.from = from;
    this.to = to;
    this.end = end;
    this.frame = frame;
  }

  get bytes(): Buffer {
    return this.#chunk.subarray(this.from, this.to);
  }
}

/**
 * Cuts a stream that is one XML document into the children of its root element.
 *
 * What stands before the root is left out unread: a broken document type must not hide the data. Only brackets,
 * quotes in start tags, comments and the like are looked at; what a child holds is left to who reads it.
 */
export class ChildSlicer {
  readonly #root: Buffer;
  readonly #frame: () => Frame;
  readonly #pending = new PendingBytes(MAX_ELEMENT_BYTES);
  #state: State = 'prolog';
  #position = 0;
  #depth = 0;
  /** The quote that is open in a start tag, or 0. */
  #quote = 0;
  /** The last bytes of markup that is skipped, or of what came before the root. */
  #tail = '';
  #before = 0;
  #sawBytes = false;
  #more = false;

  /** `root` is the name of the document's root element. */
  constructor(root: string) {
    this.#root = Buffer.from(`<${root}`);
    this.#frame = () => childFrame(root);
  }

  push(chunk: Buffer): Child[] {
    const units: Child[] = [];
    let at = 0;
    /** Where the child that is under way begins in this chunk, or −1 outside any. */
    let from = this.#pending.length > 0 || this.#depth > 1 ? 0 : -1;
    while (at < chunk.length) {
      switch (this.#state) {
        case 'prolog':
          at = this.#findRoot(chunk);
          continue;
        case 'text': {
          const next = chunk.indexOf(LT, at);
          if (next === -1) {
            at = chunk.length;
            continue;
          }
          if (this.#depth === 1) from = next;
          at = next + 1;
          this.#state = 'open';
          continue;
        }
        case 'open':
          this.#state = stateAfterOpen(chunk[at] as number);
          this.#tail = '';
          this.#before = 0;
          this.#quote = 0;
          // The first byte of a start tag may be the one that ends it.
          if ((this.#state as State) !== 'start') at++;
          continue;
        case 'bang':
          at = this.#decideBang(chunk, at);
          continue;
        case 'start':
        case 'close': {
          const end = this.#state === 'start' ? this.#endOfStart(chunk, at) : chunk.indexOf(GT, at) + 1;
          if (end === 0) {
            at = chunk.length;
            continue;
          }
          at = end;
          if (this.#endTag()) {
            units.push(this.#child(chunk, from, at));
            from = -1;
          } else if (this.#depth <= 1) from = this.#forget();
          continue;
        }
        case 'after':
          this.#more ||= !isBlank(chunk.subarray(at));
          at = chunk.length;
          continue;
        default:
          at = this.#skip(chunk, at, ENDINGS[this.#state]);
          if ((this.#state as State) === 'text' && this.#depth === 1) from = this.#forget();
      }
    }
    if (from !== -1 && this.#state !== 'after') this.#pending.add(chunk.subarray(from));
    this.#position += chunk.length;
    return units;
  }

  /** How the stream ended, and what of it stands for no child. */
  end(): { how: DocumentEnd; rest: Unit } {
    const rest = this.#pending.take(Buffer.alloc(0), this.#position);
    if (this.#state === 'prolog') return { how: this.#sawBytes ? 'no-root' : 'whole', rest };
    if (this.#state === 'after') return { how: this.#more ? 'followed-by-more' : 'whole', rest };
    return { how: 'cut-off', rest };
  }

  #child(chunk: Buffer, from: number, to: number): Child {
    const end = this.#position + to;
    if (this.#pending.length === 0 && to - from <= MAX_ELEMENT_BYTES) return new ChildInside(chunk, from, to, end, this.#frame);
    const { bytes, tooLong } = this.#pending.take(chunk.subarray(from, to), end);
    return { bytes, end, tooLong, frame: this.#frame, from: -1, to: -1 };
  }

  #forget(): number {
    this.#pending.clear();
    return -1;
  }

  #findRoot(chunk: Buffer): number {
    this.#sawBytes ||= !isBlank(chunk);
    const kept = Buffer.from(this.#tail, 'latin1');
    const window = Buffer.concat([kept, chunk]);
    for (let at = window.indexOf(this.#root); at !== -1; at = window.indexOf(this.#root, at + 1)) {
      const after = window[at + this.#root.length];
      if (after === undefined) break;
      if (after <= 0x20 || after === GT || after === SLASH) {
        this.#state = 'start';
        this.#tail = '';
        return at + this.#root.length - kept.length;
      }
    }
    this.#tail = window.subarray(-this.#root.length).toString('latin1');
    return chunk.length;
  }

  /** After `<!`: which of the three it is shows within seven bytes. */
  #decideBang(chunk: Buffer, from: number): number {
    let at = from;
    while (at < chunk.length) {
      const head = this.#tail + String.fromCharCode(chunk[at] as number);
      if (head === '--') this.#state = 'comment';
      else if (head === '[CDATA[') this.#state = 'cdata';
      else if ('--'.startsWith(head) || '[CDATA['.startsWith(head)) {
        this.#tail = head;
        at++;
        continue;
      } else {
        // The byte that decides may be the one that ends it.
        this.#state = 'declaration';
        this.#tail = '';
        return at;
      }
      this.#tail = '';
      return at + 1;
    }
    return at;
  }

  /** The position behind a start tag, or 0 where it does not end in this chunk. */
  #endOfStart(chunk: Buffer, from: number): number {
    let quote = this.#quote;
    for (let at = from; at < chunk.length; at++) {
      const byte = chunk[at] as number;
      if (quote !== 0) {
        if (byte === quote) quote = 0;
      } else if (byte === 0x22 || byte === 0x27) quote = byte;
      else if (byte === GT) {
        if (at > from) this.#before = chunk[at - 1] as number;
        this.#quote = 0;
        return at + 1;
      }
    }
    this.#quote = quote;
    if (chunk.length > from) this.#before = chunk[chunk.length - 1] as number;
    return 0;
  }

  /** Settles a tag that has just ended; whether a child of the root ended with it. */
  #endTag(): boolean {
    const isStart = this.#state === 'start';
    const isLeaf = isStart && this.#before === SLASH;
    const depth = this.#depth;
    this.#depth += isStart ? (isLeaf ? 0 : 1) : -1;
    this.#state = this.#depth === 0 ? 'after' : 'text';
    return isStart ? isLeaf && depth === 1 : this.#depth === 1;
  }

  #skip(chunk: Buffer, from: number, ending: string): number {
    let tail = this.#tail;
    for (let at = from; at < chunk.length; at++) {
      tail = (tail + String.fromCharCode(chunk[at] as number)).slice(-ending.length);
      if (tail === ending) {
        this.#state = 'text';
        this.#tail = '';
        return at + 1;
      }
    }
    this.#tail = tail;
    return chunk.length;
  }
}

function stateAfterOpen(byte: number): State {
  if (byte === SLASH) return 'close';
  if (byte === 0x3f) return 'instruction';
  return byte === 0x21 ? 'bang' : 'start';
}
