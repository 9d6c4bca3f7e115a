import { lineFrame } from './frames.ts';
import { MAX_UNIT_BYTES } from './limits.ts';
import { isBlank, PendingBytes, type Unit } from './unit.ts';

const asLine = () => lineFrame;

/** Cuts a stream into lines; blank ones are no units. */
export class LineSlicer {
  readonly #alone: boolean;
  readonly #pending: PendingBytes;
  #position = 0;

  /**
   * `alone`: each line says by itself all that it says, whatever stood before it.
   * @param limit most bytes of a line; a longer one is told and passed over
   */
  constructor(alone: 'alone' | 'in order' = 'in order', limit: number = MAX_UNIT_BYTES) {
    this.#alone = alone === 'alone';
    this.#pending = new PendingBytes(limit);
  }

  push(chunk: Buffer): Unit[] {
    const units: Unit[] = [];
    let from = 0;
    for (let at = chunk.indexOf(0x0a); at !== -1; at = chunk.indexOf(0x0a, from)) {
      // Nothing but a line end: a file may hold millions of them.
      if (at > from || this.#pending.length > 0) this.#add(units, this.#pending.take(chunk.subarray(from, at), this.#position + at + 1));
      from = at + 1;
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
    if (this.#alone) unit.frame = asLine;
    if (unit.tooLong || !isBlank(unit.bytes)) units.push(unit);
  }
}
