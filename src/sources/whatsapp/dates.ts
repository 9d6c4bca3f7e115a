import type { Stamp } from './stamp.ts';

/** Which of a date's numbers is which. */
export type DateOrder = 'day-month' | 'month-day' | 'year-first';

/** Year of the first messages that there can be. */
const FIRST_YEAR = 2009;
/** Thai years, of the Buddhist era, are ahead. */
const BUDDHIST_AHEAD = 543;
/** How many times fewer steps back in time one order must have than the other. */
const CLEARLY_FEWER = 4;
const MOST_INVALID = 0.2;

/** How an order was found: it alone gives dates, or time goes on in it; `open` where two would do, `same` where they say the same. */
export type OrderBasis = 'only' | 'course' | 'open' | 'same';

/** The order of a whole file, once it has seen every stamp. */
export class DateOrders {
  readonly #lastYear: number;
  readonly #seen = new Map<DateOrder, { invalid: number; back: number; last: number }>();
  #stamps = 0;
  #differs = false;

  /** `arrivedMs`: dates of later years are none. */
  constructor(arrivedMs: number) {
    this.#lastYear = new Date(arrivedMs).getUTCFullYear();
    for (const order of ['day-month', 'month-day', 'year-first'] as const) this.#seen.set(order, { invalid: 0, back: 0, last: 0 });
  }

  add(stamp: Stamp): void {
    this.#stamps++;
    const days = new Map<DateOrder, number | null>();
    for (const [order, seen] of this.#seen) {
      const day = dayOf(stamp, order, this.#lastYear);
      days.set(order, day);
      if (day === null) seen.invalid++;
      else {
        if (day < seen.last) seen.back++;
        seen.last = day;
      }
    }
    this.#differs ||= days.get('day-month') !== days.get('month-day');
  }

  /** The one order in which all dates are dates, in which time goes on; null where two would do. */
  decide(): { order: DateOrder | null; basis: OrderBasis } {
    const possible = this.#possible();
    const [first, second] = possible.filter((order) => order !== 'year-first' || possible.length === 1);
    if (first === undefined || second === undefined || !this.#differs)
      return { order: first ?? null, basis: second && first ? 'same' : 'only' };
    const [a, b] = [this.#back(first), this.#back(second)];
    const [fewer, more] = a < b ? [a, b] : [b, a];
    if (a === b || fewer * CLEARLY_FEWER > more) return { order: null, basis: 'open' };
    return { order: a < b ? first : second, basis: 'course' };
  }

  #possible(): DateOrder[] {
    const least = Math.min(...[...this.#seen.values()].map(({ invalid }) => invalid));
    if (least > this.#stamps * MOST_INVALID) return [];
    return [...this.#seen].filter(([, { invalid }]) => invalid === least).map(([order]) => order);
  }

  #back(order: DateOrder): number {
    return this.#seen.get(order)?.back ?? 0;
  }
}

/** UTC milliseconds of the stamp's day in an order, or null where there is no such day. */
export function dayOf({ date: [a, b, c], digits, separator }: Stamp, order: DateOrder, lastYear: number): number | null {
  if (order !== 'year-first' && (digits[0] > 2 || /[年년]/.test(separator))) return null;
  // Nobody writes the month first with dots.
  if (order === 'month-day' && separator === '.') return null;
  if (order === 'year-first' && (digits[2] > 2 || digits[0] === 3)) return null;
  const [y, month, day] = order === 'year-first' ? [a, b, c] : order === 'day-month' ? [c, b, a] : [c, a, b];
  const year = y < 100 ? 2000 + y : y > 2400 ? y - BUDDHIST_AHEAD : y;
  if (year < FIRST_YEAR || year > lastYear || month < 1 || month > 12 || day < 1) return null;
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCDate() === day ? date.getTime() : null;
}
