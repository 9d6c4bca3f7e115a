import type { LedgerSource, Outcomes } from '../../api/types.ts';

/** A column of the picture: one day, or one month. Days are inclusive. */
export interface Bin {
  key: string;
  first: string;
  last: string;
}
export type BinSize = 'day' | 'month';

/**
 * `outside`: the source had not begun, or had ended · `missing`: nothing was received on any day between its
 * first and last · `partial`: on some · `whole`: on none.
 */
export type CellState = 'outside' | 'missing' | 'partial' | 'whole';
export interface Cell {
  state: CellState;
  missingDays: number;
  outcomes: Outcomes | null;
}

const dayMs = 86_400_000;
const toMs = (day: string) => Date.parse(`${day}T00:00:00Z`);
const toDay = (ms: number) => new Date(ms).toISOString().slice(0, 10);
export const addDays = (day: string, count: number) => toDay(toMs(day) + count * dayMs);
/** Number of days from first to last, both included. */
export const dayCount = (first: string, last: string) => Math.round((toMs(last) - toMs(first)) / dayMs) + 1;

const endOfMonth = (day: string) => addDays(toDay(Date.UTC(Number(day.slice(0, 4)), Number(day.slice(5, 7)), 1)), -1);

export function binsBetween(first: string, last: string, size: BinSize): Bin[] {
  const bins: Bin[] = [];
  for (let day = size === 'day' ? first : `${first.slice(0, 7)}-01`; day <= last; ) {
    const end = size === 'day' ? day : endOfMonth(day);
    bins.push({ key: size === 'day' ? day : day.slice(0, 7), first: day, last: end });
    day = addDays(end, 1);
  }
  return bins;
}

/** First and last day of any source; null where nothing has a day. */
export function extentOf(sources: readonly LedgerSource[]): { first: string; last: string } | null {
  const firsts = sources.flatMap((source) => source.firstDay ?? []).sort();
  const lasts = sources.flatMap((source) => source.lastDay ?? []).sort();
  const first = firsts[0];
  const last = lasts.at(-1);
  return first && last ? { first, last } : null;
}

const names = ['received', 'stored', 'duplicate', 'quarantined', 'excluded', 'erased'] as const;

function sum(a: Outcomes | null, b: Outcomes): Outcomes {
  const total = { ...(a ?? { received: 0, stored: 0, duplicate: 0, quarantined: 0, excluded: 0, erased: 0 }) };
  for (const name of names) total[name] += b[name];
  return total;
}

function missingWithin(source: LedgerSource, bin: Bin): number {
  let days = 0;
  for (const range of source.missing) {
    const from = range.from > bin.first ? range.from : bin.first;
    const to = range.to < bin.last ? range.to : bin.last;
    if (from <= to) days += dayCount(from, to);
  }
  return days;
}

/** What each bin holds of one source, in the order of the bins. */
export function cellsOf(source: LedgerSource, bins: readonly Bin[], size: BinSize): Cell[] {
  const byBin = new Map<string, Outcomes>();
  for (const day of source.days) {
    if (day.day === null) continue;
    const key = size === 'day' ? day.day : day.day.slice(0, 7);
    byBin.set(key, sum(byBin.get(key) ?? null, day));
  }
  return bins.map((bin) => {
    const outcomes = byBin.get(bin.key) ?? null;
    const missingDays = missingWithin(source, bin);
    if (outcomes) return { state: missingDays > 0 ? 'partial' : 'whole', missingDays, outcomes };
    return { state: missingDays > 0 ? 'missing' : 'outside', missingDays, outcomes };
  });
}

/** Shade 0–4: nothing stored, then by order of magnitude up to the most of any cell. */
export function shadeOf(stored: number, most: number): number {
  if (stored <= 0) return 0;
  if (most <= 1) return 4;
  return 1 + Math.min(3, Math.floor((Math.log(stored) / Math.log(most)) * 4));
}
