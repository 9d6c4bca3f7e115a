/**
 * Samples of a stream and day that are known, by start, end and value. Most come in the order of their time, where the start alone says
 * that one is new: their names are put together only when one comes that does not begin after all others.
 */
export class SamplesSeen {
  readonly #columns: number[] = [];
  #latest = Number.NEGATIVE_INFINITY;
  #names: Set<string> | null = null;

  get size(): number {
    return this.#columns.length / 3;
  }

  /** Remembers a sample. @returns whether it was new */
  add(start: number, end: number, value: number): boolean {
    if (start > this.#latest) this.#latest = start;
    else if (this.#known().has(nameOf(start, end, value))) return false;
    this.#columns.push(start, end, value);
    this.#names?.add(nameOf(start, end, value));
    return true;
  }

  #known(): Set<string> {
    if (this.#names !== null) return this.#names;
    const names = new Set<string>();
    const columns = this.#columns;
    for (let i = 0; i < columns.length; i += 3) {
      names.add(nameOf(columns[i] as number, columns[i + 1] as number, columns[i + 2] as number));
    }
    this.#names = names;
    return names;
  }
}

function nameOf(start: number, end: number, value: number): string {
  return `${start},${end},${value}`;
}
