import { z } from 'zod';
import { Grade } from './heads.ts';
import { Precision } from './model.ts';

/** Numbers of one head: label → probability, or severity with its distribution. */
export const HeadScores = z.record(z.string(), z.union([z.number(), z.array(z.number())]));
export type HeadScores = z.infer<typeof HeadScores>;
/** What a head decides: labels over their thresholds, a level or number of a class, yes and no, or one label. */
export const HeadDecision = z.union([z.array(z.string()), z.number(), z.boolean(), z.string()]);
export type HeadDecision = z.infer<typeof HeadDecision>;
/** Begin and end in Unicode code points of the text as given, end exclusive. */
export const Span = z.tuple([z.int(), z.int()]);
export type Span = z.infer<typeof Span>;

/** Grouping → group → probability, of heads that have groupings. */
export const Groups = z.record(z.string(), z.record(z.string(), z.number()));
export type Groups = z.infer<typeof Groups>;

/**
 * Why a row was scored in fp32 though int8 was asked for: too many activations beyond their range, too much lost by rounding, or
 * a decision too near its limit for int8 to be trusted with.
 */
export const Fallback = z.enum(['saturation', 'loss', 'margin']);
export type Fallback = z.infer<typeof Fallback>;

/** What the counters of an int8 form came to over many rows. */
export interface LowTally {
  rows: number;
  /** Rows scored in fp32 after all, by reason; earlier versions did not know all. */
  fallbacks: Partial<Record<Fallback, number>>;
  /** Counter → sum over the rows, and greatest value of a row. */
  counters: Record<string, { sum: number; max: number }>;
}

const RowError = z.object({
  code: z.string(),
  message: z.string(),
  hint: z.string(),
  details: z.record(z.string(), z.unknown()).optional(),
});

/** One line of `score` for a text. */
export const TextScoreRow = z.object({
  id: z.string().nullable(),
  input: z.string().nullable(),
  model: z.string(),
  tokens: z.int().nullable(),
  scores: z.record(z.string(), HeadScores),
  decisions: z.record(z.string(), HeadDecision),
  intervals: z.record(z.string(), z.record(z.string(), z.tuple([z.number(), z.number()]))),
  grades: z.record(z.string(), Grade),
  evidence: z.record(z.string(), z.array(Span)),
  /** There when a head of the model has groupings. */
  groups: Groups.optional(),
  /** What the numbers were computed in, where int8 was asked for; fp32 then says why. */
  precision: Precision.optional(),
  fallback: Fallback.optional(),
  masked: z.int(),
  error: RowError.nullable(),
});
export type TextScoreRow = z.infer<typeof TextScoreRow>;

/** One line of `score` for a window of a recording. */
export const WindowScoreRow = z.object({
  id: z.string().nullable(),
  input: z.string().nullable(),
  model: z.string(),
  /** UTC; null where the recording could not be read. */
  start: z.string().nullable(),
  end: z.string().nullable(),
  /** Since when the model carries what it knows; later than the recording's beginning where a long gap made it begin anew. */
  since: z.string().optional(),
  present: z.record(z.string(), z.number()),
  scores: z.record(z.string(), HeadScores),
  decisions: z.record(z.string(), HeadDecision),
  intervals: z.record(z.string(), z.record(z.string(), z.tuple([z.number(), z.number()]))),
  grades: z.record(z.string(), Grade),
  evidence: z.record(z.string(), z.array(Span)),
  error: RowError.nullable(),
});
export type WindowScoreRow = z.infer<typeof WindowScoreRow>;

/** What one head says of one input: the score (numbers) and the decision made of it. */
export interface HeadResult {
  head: string;
  grade: Grade;
  scores: HeadScores;
  /** Null where the head decides nothing. */
  decision: HeadDecision | null;
  intervals: Record<string, [number, number]>;
  /** Label (or head name) → spans of the text as given. */
  evidence: Record<string, Span[]>;
  /** Derived from the scores, for reading alone. */
  groups?: Groups;
}
