import { z } from 'zod';
import { AlertDecision, AlertRow } from './alerts.ts';
import { count, time } from './api-common.ts';
import { Grade } from './model.ts';
import { Day } from './records.ts';
import { HeadDecision, HeadScores, Span } from './scores.ts';

/* Alerts */
export const AlertQueue = z.object({
  /** Not closed, the most urgent first, then those closed last. */
  alerts: z.array(AlertRow),
  unscored: z.array(z.object({ participant: z.string(), code: z.string(), message: z.string(), posts: count })),
  stalled: z.array(
    z.object({
      source: z.string(),
      participant: z.string(),
      kind: z.string(),
      code: z.string().nullable(),
      lastRunAt: time.nullable(),
      everySeconds: z.int().nullable(),
    }),
  ),
  /** Who looked last before now; null when nobody ever did. */
  watch: z.object({ seenAt: time, by: z.string() }).nullable(),
});
export type AlertQueue = z.infer<typeof AlertQueue>;
export const AlertDetail = z.object({
  alert: AlertRow,
  policy: z.object({
    name: z.string(),
    rules: z.array(z.object({ head: z.string(), key: z.string(), atLeast: z.number() })),
    people: z.array(z.string()),
    claimWithin: z.string(),
    rateWithin: z.string(),
    closeWithin: z.string(),
  }),
  events: z.array(z.object({ number: z.int(), at: time, event: z.string(), actor: z.string().nullable(), code: z.string().nullable() })),
  scores: z.array(
    z.object({
      score: z.string(),
      head: z.string(),
      grade: Grade,
      kind: z.string(),
      day: Day.nullable(),
      time,
      joinedAt: time,
      scores: HeadScores,
      decision: HeadDecision.nullable(),
      interval: z.record(z.string(), z.tuple([z.number(), z.number()])),
    }),
  ),
  ratings: z.array(z.object({ by: z.string(), at: time, severity: z.int().min(0).max(6) })),
});
export type AlertDetail = z.infer<typeof AlertDetail>;
/** Spans count Unicode code points of the masked `text` given here, end exclusive. */
export const AlertTexts = z.object({
  posts: z.array(
    z.object({
      record: z.string(),
      kind: z.string(),
      time,
      day: Day.nullable(),
      text: z.string(),
      masked: count,
      evidence: z.array(z.object({ head: z.string(), key: z.string(), spans: z.array(Span) })),
    }),
  ),
  notes: z.array(z.object({ by: z.string(), at: time, note: z.string() })),
});
export type AlertTexts = z.infer<typeof AlertTexts>;
export const RateRequest = z.object({ severity: z.int().min(0).max(6), note: z.string().max(4000).default('') });
export const CloseRequest = z.object({ decision: AlertDecision });
