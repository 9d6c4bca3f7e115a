import { MAX_UNIT_BYTES } from '../reading/limits.ts';
import { LineSlicer } from '../reading/lines.ts';
import { PendingBytes, type Unit } from '../reading/unit.ts';

const MARK = Buffer.from('Date:');
const LINE_END = Buffer.from('\n');

/** Cuts the text form into entries: a line that begins with `Date:`, and those behind it up to the next one. */
export class BlockSlicer {
  readonly #lines = new LineSlicer();
  readonly #pending = new PendingBytes(MAX_UNIT_BYTES);
  #end = -1;

  push(chunk: Buffer): Unit[] {
    return this.#lines.push(chunk).flatMap((line) => this.#take(line));
  }

  end(): Unit[] {
    const units = this.#lines.end().flatMap((line) => this.#take(line));
    return this.#end === -1 ? units : [...units, this.#pending.take(Buffer.alloc(0), this.#end)];
  }

  #take(line: Unit): Unit[] {
    const begins = line.bytes.subarray(0, MARK.length).equals(MARK);
    const done = begins && this.#end !== -1 ? [this.#pending.take(Buffer.alloc(0), this.#end)] : [];
    this.#pending.add(line.bytes);
    // A line that was too long has lost its rest: the entry must not pass for whole.
    if (line.tooLong) this.#pending.add(Buffer.alloc(MAX_UNIT_BYTES));
    this.#pending.add(LINE_END);
    this.#end = line.end;
    return done;
  }
}
