/** Where counted units end, until they are taken out: a queue of positions for counters. */
export class UnitEnds {
  #ends: number[] = [];
  #head = 0;

  push(end: number): void {
    this.#ends.push(end);
  }

  /** Takes out and counts the ends at or before `position`. */
  takeUntil(position: number): number {
    const ends = this.#ends;
    const from = this.#head;
    let head = from;
    while (head < ends.length && (ends[head] as number) <= position) head++;
    this.#head = head;
    if (head === ends.length) {
      this.#ends = [];
      this.#head = 0;
    } else if (head > 65_536) {
      this.#ends = ends.slice(head);
      this.#head = 0;
    }
    return head - from;
  }
}
