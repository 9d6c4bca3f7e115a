import { AfferentError, type ErrorCode } from '../../schema/errors.ts';
import type { Parsed } from '../../schema/source.ts';

/** Consecutive units of a part, to be committed together. */
export interface Group {
  /** Units of the part before this group. */
  unitsBefore: number;
  /** Units of the part up to the end of this group: what a later reading skips. */
  unitsAfter: number;
  /** Units that the counter found in this group's span of the stream: always the sum over `items`. */
  counted: number;
  /** Of those, units that the parser kept silent about. They are in `items`, quarantined as `unaccounted`. */
  unaccounted: number;
  items: Parsed[];
  /** Position in the part's stream just after the group. */
  position: number;
}

/** Collects items into groups that end at the same units wherever a reading began. */
export class Grouping {
  readonly #groupUnits: number;
  readonly #skipUnits: number;
  #items: Parsed[] = [];
  #start = 0;
  #total = 0;
  position = 0;

  constructor(groupUnits: number, skipUnits: number) {
    this.#groupUnits = groupUnits;
    this.#skipUnits = skipUnits;
  }

  /** Units so far, those that were skipped included. */
  get total(): number {
    return this.#total;
  }

  /** Whether the group is full and an item that ends at `end` may begin another: two that end together stay together. */
  isDue(end: number): boolean {
    return end > this.position && Math.floor(this.#total / this.#groupUnits) > Math.floor(this.#start / this.#groupUnits);
  }

  /** Throws `ledger-unbalanced` at an item behind its predecessor, `ledger-off` at one only half of which is to be skipped. */
  add(item: Parsed): void {
    if (item.end < this.position || item.units < 1) throw new AfferentError('ledger-unbalanced', { position: this.position });
    this.position = item.end;
    const before = this.#total;
    this.#total += item.units;
    if (this.#total <= this.#skipUnits) return;
    if (before < this.#skipUnits) throw new AfferentError('ledger-off', { unit: before });
    this.#items.push(item);
  }

  /**
   * Ends the group. What was counted beyond its items is quarantined: with the parser's own `reason` where it
   * gave up, else as unaccounted. Throws `ledger-unbalanced` where the items hold more than was counted.
   */
  *close(counted: number, reason: ErrorCode = 'unaccounted'): Generator<Group> {
    const missing = counted - (this.#total - this.#start);
    if (missing < 0) throw new AfferentError('ledger-unbalanced', { position: this.position });
    if (missing > 0) this.add(quarantinedRest(missing, this.position, reason));
    if (this.#items.length > 0) {
      yield {
        unitsBefore: this.#start,
        unitsAfter: this.#total,
        counted,
        unaccounted: reason === 'unaccounted' ? missing : 0,
        items: this.#items,
        position: this.position,
      };
    }
    this.#items = [];
    this.#start = this.#total;
  }

  /** Throws `file-changed` where the part ended before what an earlier reading has committed: it is not the part that it was. */
  checkSkipped(): void {
    if (this.#total < this.#skipUnits) throw new AfferentError('file-changed', { unit: this.#total });
  }
}

/** Units of which nothing but their number is known. */
export function quarantinedRest(units: number, end: number, reason: ErrorCode): Parsed {
  return { is: 'quarantined', units, end, day: null, reason, raw: Buffer.alloc(0) };
}
