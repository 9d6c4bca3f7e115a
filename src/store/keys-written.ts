/** 4 MiB of bits: a million keys set an eighth of them, and one key in four thousand that is new looks known. */
const bits = 2 ** 25;

/**
 * Keys of records that a batch has written, as a Bloom filter: what it has not seen is certainly new, and need not be looked up among
 * all that is stored. Keys are keyed hashes in hexadecimal, so that their own digits serve as places.
 */
export class KeysWritten {
  readonly #words = new Uint32Array(bits / 32);

  /** @returns whether the key is certainly new */
  add(key: string): boolean {
    let isNew = false;
    for (let from = 0; from < 28; from += 7) {
      const place = placeOf(key, from);
      const word = this.#words[place >>> 5] as number;
      const bit = 1 << (place & 31);
      if ((word & bit) !== 0) continue;
      isNew = true;
      this.#words[place >>> 5] = word | bit;
    }
    return isNew;
  }
}

/** Seven digits as a number, as far as there are bits. */
function placeOf(key: string, from: number): number {
  let place = 0;
  for (let i = from; i < from + 7; i++) {
    const code = key.charCodeAt(i);
    place = (place << 4) | (code < 58 ? code - 48 : code - 87);
  }
  return place & (bits - 1);
}
