import { z } from 'zod';
import { count } from './api-common.ts';
import { Outcomes } from './ledger.ts';
import { Day } from './records.ts';

/**
 * What a day of a source is. `whole`: all that was expected, or something where nothing was said of how much. `partial`: less.
 * `missing`: nothing usable, though the source should have spoken. `quiet`: nothing, from a source that speaks only when something happens.
 */
export const dayStates = ['whole', 'partial', 'missing', 'quiet'] as const;

/** Why a day is missing or partial, as far as it is known. The first that holds is told. */
export const gapCauses = [
  'erased',
  'not-consented',
  'excluded',
  'quarantined',
  'feed-lapsed',
  'no-export-yet',
  'phone-off',
  'off-wrist',
  'charging',
  'unknown',
] as const;
export type GapCause = (typeof gapCauses)[number];

export const CompletenessQuery = z.object({
  source: z.string().max(128).optional(),
  participant: z.string().max(128).optional(),
  from: Day.optional(),
  to: Day.optional(),
});

/** `expected` counts in the source's own units; null where nothing says how many there should be. */
export const CompletenessDay = Outcomes.extend({
  day: Day,
  expected: count.nullable(),
  state: z.enum(dayStates),
  cause: z.enum(gapCauses).nullable(),
});
export type CompletenessDay = z.infer<typeof CompletenessDay>;

export const Gap = z.object({ from: Day, to: Day, days: count, cause: z.enum(gapCauses) });
export type Gap = z.infer<typeof Gap>;

export const CompletenessSource = z.object({
  source: z.string(),
  kind: z.string(),
  /** Null once the participant has withdrawn. */
  participant: z.string().nullable(),
  /** Where `expected` comes from: declared for the source, the rates of its recordings, or nowhere. */
  rule: z.enum(['declared', 'rate', 'none']),
  /** First and last day that it is judged on; null where there is none. */
  from: Day.nullable(),
  to: Day.nullable(),
  states: z.object({ whole: count, partial: count, missing: count, quiet: count }),
  expected: count.nullable(),
  totals: Outcomes,
  /** Units whose day cannot be known; part of `totals`. */
  undated: Outcomes,
  /** Runs of missing days of one cause. */
  gaps: z.array(Gap),
  /** Every day from `from` to `to`. */
  days: z.array(CompletenessDay),
});
export type CompletenessSource = z.infer<typeof CompletenessSource>;

export const Completeness = z.object({
  study: z.string(),
  from: Day.nullable(),
  to: Day.nullable(),
  sources: z.array(CompletenessSource),
});
export type Completeness = z.infer<typeof Completeness>;

/** Signals that say of a device why it measured nothing: each a sample over the time that it was so. */
export const deviceStates: Readonly<Record<string, GapCause>> = { phone_off: 'phone-off', off_wrist: 'off-wrist', charging: 'charging' };
