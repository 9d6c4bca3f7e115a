import { isUtf8 } from 'node:buffer';
import { type Attributes, readStartTag, withoutControls } from './element.ts';
import { type Measure, measureOf, ownZone } from './records.ts';

/** What comes before a record's dates (type, source, device, unit) is the same in many thousands of them, and so is what comes behind. */
export interface RecordHead {
  attributes: Attributes;
  /** Null where it is no measurement of a known type and unit. */
  measure: Measure | null;
}

/** Where the parts of a record's start tag stand, and what is the same in many. */
export interface RecordTag {
  head: RecordHead;
  /** Places of the dates. */
  created: number;
  start: number;
  end: number;
  /** Where the value begins and ends. */
  from: number;
  to: number;
  /** The zone that the record was made in, where the device noted it. */
  zone: string | undefined;
}

const mostKept = 2000;
const longestHead = 2000;
const longestTail = 400;

const RECORD = '<Record ';
const CREATED = ' creationDate="';
const START = '" startDate="';
const END = '" endDate="';
const VALUE = '" value="';
/** Length of a date as the app writes it. */
const DATE = '2026-01-31 12:00:00 +0100'.length;
const startAt = CREATED.length + DATE;
const endAt = startAt + START.length + DATE;
const valueAt = endAt + END.length + DATE;

/**
 * Finds records as today's app writes them in a piece of an export, without cutting or decoding more of it than what differs from one
 * to the next. Any other record is left to `readStartTag`; several times as fast, and the same by test.
 */
export class RecordTags {
  readonly #bytes: Buffer;
  /** A character a byte. */
  readonly text: string;
  /** The next place where a date of creation begins, or the end. */
  #next = -1;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
    this.text = bytes.toString('latin1');
  }

  /** The tag of the element between two places, or null where it is written otherwise. */
  find(from: number, to: number): RecordTag | null {
    const { text } = this;
    if (!text.startsWith(RECORD, from)) return null;
    if (this.#next < from) {
      this.#next = text.indexOf(CREATED, from);
      if (this.#next === -1) this.#next = text.length;
    }
    const at = this.#next;
    if (at >= to || at - from > longestHead) return null;
    if (!text.startsWith(START, at + startAt) || !text.startsWith(END, at + endAt) || !text.startsWith(VALUE, at + valueAt)) return null;
    const valueFrom = at + valueAt + VALUE.length;
    const valueTo = text.indexOf('"', valueFrom);
    if (valueTo === -1 || valueTo >= to || to - valueTo > longestTail) return null;
    if (text[valueTo + 1] !== '>' && !(text[valueTo + 1] === '/' && text[valueTo + 2] === '>')) return null;
    const created = at + CREATED.length;
    const start = at + startAt + START.length;
    const end = at + endAt + END.length;
    if (!this.#isPlain(created, DATE) || !this.#isPlain(start, DATE) || !this.#isPlain(end, DATE)) return null;
    if (!this.#isPlain(valueFrom, valueTo - valueFrom)) return null;
    const head = kept(heads, text.slice(from, at), readHead);
    const tail = kept(tails, text.slice(valueTo + 1, to), readTail);
    if (head === null || tail === null) return null;
    return { head, created, start, end, from: valueFrom, to: valueTo, zone: tail.zone };
  }

  /** All attributes of a tag that was found here. */
  attributesOf({ head, created, start, end, from, to }: RecordTag): Attributes {
    return {
      ...head.attributes,
      creationDate: this.#copy(created, created + DATE),
      startDate: this.#copy(start, start + DATE),
      endDate: this.#copy(end, end + DATE),
      value: this.#copy(from, to),
    };
  }

  /** A copy: a part of the text would hold on to all of it wherever it is remembered. */
  #copy(from: number, to: number): string {
    return this.#bytes.toString('latin1', from, to);
  }

  /** Whether a value stands in the file as it is meant: only letters, digits and what dates and numbers hold. */
  #isPlain(from: number, length: number): boolean {
    const { text } = this;
    for (let i = from; i < from + length; i++) if (PLAIN[text.charCodeAt(i)] !== 1) return false;
    return true;
  }
}

const PLAIN = new Uint8Array(256);
for (const sign of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 +-.:') PLAIN[sign.charCodeAt(0)] = 1;

const heads = new Map<string, RecordHead | null>();
const tails = new Map<string, { zone: string | undefined } | null>();

/** What was made of a piece of text, or is now. `make` gets its bytes decoded; pieces that are no UTF-8 are null. */
function kept<T>(known: Map<string, T | null>, piece: string, make: (text: string) => T | null): T | null {
  let made = known.get(piece);
  if (made === undefined) {
    const bytes = Buffer.from(piece, 'latin1');
    made = isUtf8(bytes) ? make(withoutControls(bytes.toString('utf8'))) : null;
    if (known.size >= mostKept) known.clear();
    known.set(bytes.toString('latin1'), made);
  }
  return made;
}

function readHead(text: string): RecordHead | null {
  // With what follows, so that a head that ends before, or has one of these itself, is found out.
  const read = readStartTag(`${text}${CREATED}${START}${END}${VALUE}">`)?.attributes;
  if (read?.value !== '') return null;
  const { creationDate, startDate, endDate, value, ...attributes } = read;
  return { attributes, measure: measureOf(attributes) };
}

function readTail(text: string): { zone: string | undefined } {
  return { zone: ownZone(text) };
}
