import type { CompletenessSource } from '../../schema/completeness.ts';

/** Days in a row without anything that are left out of the drawing, and how wide (px) the mark is that stands for them. */
const longStretch = 90;
export const breakWidth = 16;

const dayMs = 86_400_000;

/** A stretch that is left out; the mark for it begins at `x`. */
export interface Break {
  from: string;
  to: string;
  days: number;
  x: number;
}

/** Where each day is drawn: one column a day, but long stretches in which no source expected or received anything are one mark. */
export class DayColumns {
  readonly width: number;
  /** Right end of the last column. */
  readonly right: number;
  readonly breaks: readonly Break[];
  readonly #from: number;
  readonly #days: number;
  readonly #left: number;

  /** @param left where the first column begins @param room for all columns together, and the widths between which one is */
  constructor(
    from: string,
    to: string,
    sources: readonly CompletenessSource[],
    left: number,
    room: { all: number; least: number; most: number },
  ) {
    this.#from = Date.parse(from);
    this.#days = Math.round((Date.parse(to) - this.#from) / dayMs) + 1;
    this.#left = left;
    const stretches = emptyStretches(this.#days, this.#busy(sources));
    const drawn = this.#days - stretches.reduce((sum, { days }) => sum + days, 0);
    const marks = stretches.length * breakWidth;
    this.width = Math.min(room.most, Math.max(room.least, (room.all - marks) / Math.max(1, drawn)));
    this.right = left + drawn * this.width + marks;
    let x = left;
    let next = 0;
    this.breaks = stretches.map(({ first, days }) => {
      x += (first - next) * this.width;
      next = first + days;
      const one = { from: this.#name(first), to: this.#name(first + days - 1), days, x };
      x += breakWidth;
      return one;
    });
  }

  /** Left side of a day's column, or null where the day is left out. */
  x(day: string): number | null {
    let x = this.#left + Math.round((Date.parse(day) - this.#from) / dayMs) * this.width;
    for (const { from, to, days } of this.breaks) {
      if (day < from) break;
      if (day <= to) return null;
      x += breakWidth - days * this.width;
    }
    return x;
  }

  /** Days that are drawn, in their order. */
  *drawn(): Generator<string> {
    for (let i = 0; i < this.#days; i++) {
      const day = this.#name(i);
      const left = this.breaks.find(({ from, to }) => from <= day && day <= to);
      if (left === undefined) yield day;
      else i += left.days - 1;
    }
  }

  #busy(sources: readonly CompletenessSource[]): Set<number> {
    const busy = new Set<number>();
    for (const { days } of sources) {
      for (const { day, expected, received } of days) {
        if (received > 0 || (expected ?? 0) > 0) busy.add(Math.round((Date.parse(day) - this.#from) / dayMs));
      }
    }
    return busy;
  }

  #name(index: number): string {
    return new Date(this.#from + index * dayMs).toISOString().slice(0, 10);
  }
}

function emptyStretches(days: number, busy: ReadonlySet<number>): { first: number; days: number }[] {
  const stretches: { first: number; days: number }[] = [];
  let first = 0;
  for (let i = 0; i <= days; i++) {
    if (i < days && !busy.has(i)) continue;
    // Where nothing at all came, there is nothing to leave out between.
    if (i - first >= longStretch && i - first < days) stretches.push({ first, days: i - first });
    first = i + 1;
  }
  return stretches;
}
