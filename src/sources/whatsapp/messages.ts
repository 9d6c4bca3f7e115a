import { MAX_UNIT_BYTES } from '../reading/limits.ts';
import { isBlank, PendingBytes, type Unit } from '../reading/unit.ts';
import { SHORTEST, type StampStyle, styleOf } from './stamp.ts';

/** Cuts a chat into messages: a line that begins with a stamp, and the lines below it up to the next such line. */
export class MessageSlicer {
  readonly #line = new PendingBytes(MAX_UNIT_BYTES);
  readonly #message = new PendingBytes(MAX_UNIT_BYTES);
  #position = 0;
  #style: StampStyle | null = null;
  #isTooLong = false;

  push(chunk: Buffer): Unit[] {
    const units: Unit[] = [];
    let from = 0;
    /** Where lines begin that are too short for a stamp: added together, since there may be millions of them. */
    let short = 0;
    for (let at = chunk.indexOf(0x0a); at !== -1; at = chunk.indexOf(0x0a, from)) {
      if (this.#line.length > 0 || at - from > SHORTEST) {
        this.#addShort(chunk.subarray(short, from), from);
        this.#add(units, this.#line.take(chunk.subarray(from, at + 1), this.#position + at + 1));
        short = at + 1;
      }
      from = at + 1;
      while (chunk[from] === 0x0a) from++;
    }
    this.#addShort(chunk.subarray(short, from), from);
    this.#line.add(chunk.subarray(from));
    this.#position += chunk.length;
    return units;
  }

  end(): Unit[] {
    const units: Unit[] = [];
    if (this.#line.length > 0) this.#add(units, this.#line.take(Buffer.alloc(0), this.#position));
    this.#cut(units, this.#position);
    return units;
  }

  #lineStart = 0;

  #add(units: Unit[], line: Unit): void {
    const style = styleOf(line.bytes);
    if (style !== undefined && (this.#style ?? style) === style) {
      this.#style = style;
      this.#cut(units, this.#lineStart);
    }
    this.#message.add(line.bytes);
    this.#isTooLong ||= line.tooLong;
    this.#lineStart = line.end;
  }

  #addShort(lines: Buffer, end: number): void {
    if (lines.length === 0) return;
    this.#message.add(lines);
    this.#lineStart = this.#position + end;
  }

  #cut(units: Unit[], end: number): void {
    const unit = this.#message.take(Buffer.alloc(0), end);
    const tooLong = unit.tooLong || this.#isTooLong;
    if (tooLong || !isBlank(unit.bytes)) units.push({ ...unit, tooLong });
    this.#isTooLong = false;
  }
}
