import { MAX_UNIT_BYTES } from './limits.ts';
import { isBlank, PendingBytes, type Unit } from './unit.ts';

const QUOTE = 0x22;

/**
 * Cuts a stream into CSV rows. A row ends at a line feed or carriage return outside quotes; a quote opens
 * only at the beginning of a field, whichever of `,` `;` and tab parts the fields. Blank rows are no units.
 */
export class RowSlicer {
  readonly #pending: PendingBytes;
  #position = 0;
  #quoted = false;
  /** The byte before the next one: 0x0a at the beginning of a row, a quote only where it has just closed. */
  #before = 0x0a;

  /** @param limit most bytes of a row; a longer one is told and passed over */
  constructor(limit: number = MAX_UNIT_BYTES) {
    this.#pending = new PendingBytes(limit);
  }

  push(chunk: Buffer): Unit[] {
    const units: Unit[] = [];
    let from = 0;
    let at = 0;
    while (at < chunk.length) {
      if (this.#quoted) {
        // Only a quote matters in here; a doubled one closes and opens again.
        const close = chunk.indexOf(QUOTE, at);
        at = close === -1 ? chunk.length : close + 1;
        if (close !== -1) this.#quoted = false;
        this.#before = close === -1 ? 0 : QUOTE;
        continue;
      }
      const byte = chunk[at] as number;
      if (byte === QUOTE) this.#quoted = opensQuote(this.#before);
      at++;
      // A quote in the middle of a bare field neither opens nor doubles.
      this.#before = byte === QUOTE ? 0 : byte;
      if (byte === 0x0a || byte === 0x0d) {
        // Nothing but a line end: a file may hold millions of them.
        if (at - from > 1 || this.#pending.length > 0) this.#add(units, this.#pending.take(chunk.subarray(from, at), this.#position + at));
        from = at;
      }
    }
    this.#pending.add(chunk.subarray(from));
    this.#position += chunk.length;
    return units;
  }

  end(): Unit[] {
    const units: Unit[] = [];
    if (this.#pending.length > 0) this.#add(units, this.#pending.take(Buffer.alloc(0), this.#position));
    return units;
  }

  #add(units: Unit[], unit: Unit): void {
    if (unit.tooLong || !isBlank(unit.bytes)) units.push(unit);
  }
}

function opensQuote(before: number): boolean {
  return before === 0x0a || before === 0x0d || before === 0x2c || before === 0x3b || before === 0x09 || before === QUOTE;
}
