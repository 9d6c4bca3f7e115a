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
  /** Empty where they were taken in one by one. */
  items: Parsed[];
  /** Position in the part's stream just after the group. */
  position: number;
}

/** Takes an item of the group that is open, with the number of its first unit within the part. */
export type Take = (item: Parsed, unit: number) => void;

export interface GroupOptions {
  /** About how many units a group holds: it ends where the count since the part's beginning passes a multiple. */
  groupUnits: number;
  /** How much of the stream a group takes, where that ends before it has its units: some hold megabytes each. */
  groupBytes?: number;
  /** Units that an earlier, interrupted reading has committed: read again, and dropped. */
  skipUnits?: number;
  /**
   * Called with each item as it comes; groups are then without items. What is made of one at once need not be held until its group ends.
   * All that came before a group is yielded belong to it.
   */
  take?: Take;
}

/** Collects items into groups that end at the same units wherever a reading began. */
export class Grouping {
  readonly #groupUnits: number;
  readonly #groupBytes: number;
  readonly #skipUnits: number;
  readonly #take: Take | undefined;
  #items: Parsed[] = [];
  /** Items of the group that is open, those of them that are taken in elsewhere included. */
  #held = 0;
  #start = 0;
  #startsAt = 0;
  #total = 0;
  position = 0;

  constructor({ groupUnits, groupBytes = Number.POSITIVE_INFINITY, skipUnits = 0, take }: GroupOptions) {
    this.#groupUnits = groupUnits;
    this.#groupBytes = groupBytes;
    this.#skipUnits = skipUnits;
    this.#take = take;
  }

  /** Units so far, those that were skipped included. */
  get total(): number {
    return this.#total;
  }

  /**
   * Whether the group is full and an item that ends at `end` may begin another: two that end together stay together. What is to be skipped
   * ends a group too, for another version may have committed groups of another size.
   */
  isDue(end: number): boolean {
    if (end <= this.position) return false;
    if (this.position - this.#startsAt >= this.#groupBytes) return true;
    const isSkipped = this.#start < this.#skipUnits && this.#total === this.#skipUnits;
    return isSkipped || Math.floor(this.#total / this.#groupUnits) > Math.floor(this.#start / this.#groupUnits);
  }

  /** Throws `ledger-unbalanced` at an item behind its predecessor, `ledger-off` at one only half of which is to be skipped. */
  add(item: Parsed): void {
    if (item.end < this.position || item.units < 1) throw new AfferentError('ledger-unbalanced', { position: this.position });
    this.position = item.end;
    const before = this.#total;
    this.#total += item.units;
    if (this.#total <= this.#skipUnits) return;
    if (before < this.#skipUnits) throw new AfferentError('ledger-off', { unit: before });
    this.#held++;
    if (this.#take === undefined) this.#items.push(item);
    else this.#take(item, before);
  }

  /**
   * Ends the group. What was counted beyond its items is quarantined: with the parser's own `reason` where it
   * gave up, else as unaccounted. Throws `ledger-unbalanced` where the items hold more than was counted.
   */
  *close(counted: number, reason: ErrorCode = 'unaccounted'): Generator<Group> {
    const missing = counted - (this.#total - this.#start);
    if (missing < 0) throw new AfferentError('ledger-unbalanced', { position: this.position });
    if (missing > 0) this.add(quarantinedRest(missing, this.position, reason));
    if (this.#held > 0) {
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
    this.#held = 0;
    this.#start = this.#total;
    this.#startsAt = this.position;
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
