import type { Owner } from './series.ts';

const mostPlaces = 1000;
const idDigits = 32;
const placeDigits = 6;

/**
 * Ids of a source's rows. One names source, outside id, version and content, so that the same record is the same row; it begins with a
 * keyed hash of participant and month, so that it says no more than which ids are of one month. Exports run through time, and rows
 * written together then stand together in the index by id, not each on a page of its own.
 */
export class RowNames {
  readonly #owner: Owner;
  readonly #source: Uint8Array;
  readonly #id = Buffer.alloc(idDigits);
  readonly #places = new Map<string, string>();

  constructor(owner: Owner) {
    this.#owner = owner;
    this.#source = digitsOf(owner.hash('row', owner.source));
  }

  /**
   * @param ownKey keyed hash of participant and outside id
   * @param contentKey keyed hash of all that the record says, version included
   */
  row(day: string, ownKey: string, contentKey: string): string {
    // Each of the three is as good as random and says something else: their sum is as good a name as another hash over them.
    const id = this.#id;
    id.write(this.#placeOf(day.slice(0, 7)), 'latin1');
    for (let i = placeDigits; i < idDigits; i++) {
      id[i] = digits.charCodeAt((this.#source[i] as number) ^ digit(ownKey.charCodeAt(i)) ^ digit(contentKey.charCodeAt(i)));
    }
    return id.toString('latin1');
  }

  #placeOf(month: string): string {
    const known = this.#places.get(month);
    if (known !== undefined) return known;
    if (this.#places.size >= mostPlaces) this.#places.clear();
    const place = this.#owner.hash('place', this.#owner.participant, month).slice(0, placeDigits);
    this.#places.set(month, place);
    return place;
  }
}

const known = new WeakMap<Owner, RowNames>();

export function namesOf(owner: Owner): RowNames {
  const names = known.get(owner) ?? new RowNames(owner);
  known.set(owner, names);
  return names;
}

const digits = '0123456789abcdef';

function digit(code: number): number {
  return code < 58 ? code - 48 : code - 87;
}

function digitsOf(hex: string): Uint8Array {
  return Uint8Array.from(hex, (character) => digit(character.charCodeAt(0)));
}
