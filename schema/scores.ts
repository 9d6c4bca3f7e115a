import { z } from 'zod';
import { Grade } from './model.ts';

/** Numbers of one head: label → probability, or severity with its distribution. */
export const HeadScores = z.record(z.string(), z.union([z.number(), z.array(z.number())]));
export type HeadScores = z.infer<typeof HeadScores>;
/** What a head decides: labels over their thresholds, a level, or yes and no. */
export const HeadDecision = z.union([z.array(z.string()), z.number(), z.boolean(), z.string()]);
export type HeadDecision = z.infer<typeof HeadDecision>;
/** Begin and end in Unicode code points of the text as given, end exclusive. */
export const Span = z.tuple([z.int(), z.int()]);
export type Span = z.infer<typeof Span>;

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
  decision: HeadDecision;
  intervals: Record<string, [number, number]>;
  /** Label (or head name) → spans of the text as given. */
  evidence: Record<string, Span[]>;
}
