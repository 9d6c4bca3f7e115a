import type { CompletenessDay, CompletenessSource, Gap, GapCause } from '../../schema/completeness.ts';
import type { Outcomes } from '../../schema/ledger.ts';

const dayMs = 86_400_000;
/** Days in a row that are judged, at most, a century; of what lies before, such as on the first day of some clock, its own days alone. */
const mostDays = 36_525;

/** What is known of one source before its days are judged. */
export interface SourceFacts {
  /** Outcomes by day; units without one under the empty string. */
  days: ReadonlyMap<string, Outcomes>;
  /** The most that one batch brought of a day, stored or known already. */
  mostAtOnce: ReadonlyMap<string, number>;
  /** Units that a day should have, as declared; null without. */
  declared: number | null;
  /** Units that each day should have by the rates of the recordings that lie on it. */
  byRate: ReadonlyMap<string, number>;
  /** Whether it measures all the time, so that a day without anything is a day missing. */
  continuous: boolean;
  erased: boolean;
  /** First and last day of the consent, both inclusive. */
  consent: { from: string | null; to: string | null };
  /** Day of the last arrival. */
  lastArrival: string | null;
  /** First and last day (UTC) of spans that its feed may have missed. */
  lapses: readonly { from: string; to: string }[];
  /** What devices of the participant said of days. */
  said: ReadonlyMap<string, GapCause>;
  /** Stored samples of each day that say why nothing was measured: they are no measurement themselves. */
  states: ReadonlyMap<string, number>;
}

/** The days to judge on: those asked for, else from the source's first day to the end given. */
export interface Range {
  from: string | null;
  to: string | null;
}

const none: Outcomes = { received: 0, stored: 0, duplicate: 0, quarantined: 0, excluded: 0, erased: 0 };

/** Every day of a source, with what was expected and why something is missing. */
export function judgeDays(facts: SourceFacts, range: Range): CompletenessDay[] {
  const dated = [...facts.days.keys()].filter((day) => day !== '').sort();
  const from = range.from ?? dated[0] ?? null;
  const to = range.to ?? dated.at(-1) ?? null;
  if (from === null || to === null) return [];
  const first = new Date(Math.max(Date.parse(from), Date.parse(to) - (mostDays - 1) * dayMs)).toISOString().slice(0, 10);
  const days = [...dated.filter((day) => day >= from && day < first), ...daysBetween(first, to)];
  return days.map((day) => judgeDay(facts, day, facts.days.get(day) ?? none));
}

function judgeDay(facts: SourceFacts, day: string, outcomes: Outcomes): CompletenessDay {
  const byRate = facts.byRate.get(day) ?? null;
  const expected = facts.declared ?? (byRate === null ? null : Math.max(byRate, 0));
  const states = facts.states.get(day) ?? 0;
  const kept = outcomes.stored > states || states === 0 ? keptOf(facts, day, outcomes) - states : 0;
  const enough = expected === null || expected === 0 ? kept > 0 : kept >= expected;
  const { received, stored, duplicate, quarantined, excluded, erased } = outcomes;
  const base = { day, expected, received, stored, duplicate, quarantined, excluded, erased };
  const lapsed = facts.lapses.some(({ from, to }) => from <= day && day <= to);
  // What a feed brought of such a day may not be all.
  if (enough && (!lapsed || expected !== null)) return { ...base, state: 'whole', cause: null };
  const cause = causeOf(facts, day, outcomes, lapsed);
  if (kept > 0) return { ...base, state: 'partial', cause };
  const speaksRarely = !facts.continuous && facts.declared === null && cause === 'unknown';
  return speaksRarely ? { ...base, state: 'quiet', cause: null } : { ...base, state: 'missing', cause };
}

/**
 * Units of a day that are of use. What one batch knew already stands in the store, perhaps on a neighbouring day; what came in several
 * counts once. Where nothing is stored, and something could not be read or is erased, that is what was known; where something is stored,
 * what is erased was known too.
 */
function keptOf(facts: SourceFacts, day: string, { stored, quarantined, erased }: Outcomes): number {
  return stored === 0 && quarantined + erased > 0 ? 0 : Math.max(stored, (facts.mostAtOnce.get(day) ?? 0) - erased);
}

/** The first cause that holds. */
function causeOf(facts: SourceFacts, day: string, outcomes: Outcomes, lapsed: boolean): GapCause {
  const { consent } = facts;
  if (facts.erased) return 'erased';
  // Before what was erased of the day: a consent that was narrowed erases all of it, and nothing of it may come again.
  if ((consent.from !== null && day < consent.from) || (consent.to !== null && day > consent.to)) return 'not-consented';
  if (outcomes.erased > 0) return 'erased';
  if (outcomes.excluded > 0 && outcomes.excluded >= outcomes.quarantined) return 'excluded';
  if (outcomes.quarantined > 0) return 'quarantined';
  if (lapsed) return 'feed-lapsed';
  if (facts.lastArrival === null || day > facts.lastArrival) return 'no-export-yet';
  return facts.said.get(day) ?? 'unknown';
}

/** Runs of missing days of one cause. */
export function gapsOf(days: readonly CompletenessDay[]): Gap[] {
  const gaps: Gap[] = [];
  let before = '';
  for (const { day, state, cause } of days) {
    const last = gaps.at(-1);
    if (state === 'missing' && cause !== null) {
      if (last && last.cause === cause && last.to === before) {
        last.to = day;
        last.days += 1;
      } else gaps.push({ from: day, to: day, days: 1, cause });
    }
    before = day;
  }
  return gaps;
}

/** How many days are in each state. */
export function statesOf(days: readonly CompletenessDay[]): CompletenessSource['states'] {
  const states = { whole: 0, partial: 0, missing: 0, quiet: 0 };
  for (const { state } of days) states[state] += 1;
  return states;
}

/**
 * The day on which something began, and those that it lies over until it ends. The last counts from noon (UTC) on: the zone is not known
 * here, and what ends a little after midnight there ended on the day before elsewhere.
 */
export function daysUntil(day: string, endMs: number): string[] {
  const lastMs = Math.min(endMs - dayMs / 2, Date.parse(day) + mostDays * dayMs);
  return [day, ...daysBetween(day, new Date(Math.max(lastMs, Date.parse(day))).toISOString().slice(0, 10)).slice(1)];
}

export function daysBetween(from: string, to: string): string[] {
  const days: string[] = [];
  for (let ms = Date.parse(from); ms <= Date.parse(to); ms += dayMs) days.push(new Date(ms).toISOString().slice(0, 10));
  return days;
}

/** A stretch of a recording on one day. */
export interface Stretch {
  stream: string;
  day: string;
  startMs: number;
  endMs: number;
  rate: number;
}

/**
 * Samples that recordings should have by their rates, by day: each from its first sample to its last, whatever is missing in between.
 * A day without any of it, between two that have some, should have a whole day's. Between two days midnight is UTC's.
 * @param stretches of each stream one for a day, with its first and last moment
 */
export function expectedByRate(stretches: readonly Stretch[]): Map<string, number> {
  const expected = new Map<string, number>();
  const add = (day: string, ms: number, rate: number) => expected.set(day, (expected.get(day) ?? 0) + Math.round((ms * rate) / 1000));
  const sorted = [...stretches].sort((a, b) => (a.stream === b.stream ? a.startMs - b.startMs : a.stream < b.stream ? -1 : 1));
  for (const [i, { stream, day, startMs, endMs, rate }] of sorted.entries()) {
    add(day, endMs - startMs, rate);
    const next = sorted[i + 1];
    if (next?.stream !== stream || next.day <= day) continue;
    const within = (ms: number) => Math.min(Math.max(ms, endMs), next.startMs);
    add(day, within(Date.parse(day) + dayMs) - endMs, rate);
    add(next.day, next.startMs - within(Date.parse(next.day)), rate);
    for (const between of daysBetween(day, next.day).slice(1, -1)) add(between, dayMs, rate);
  }
  return expected;
}
