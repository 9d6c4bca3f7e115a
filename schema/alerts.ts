import { z } from 'zod';

export const AlertState = z.enum(['open', 'claimed', 'rated', 'closed']);
export type AlertState = z.infer<typeof AlertState>;
/** What was done, given when an alert is closed. */
export const AlertDecision = z.enum(['no-action', 'contacted', 'referred', 'emergency-services', 'false-alarm']);
export type AlertDecision = z.infer<typeof AlertDecision>;

/** One row of the queue; no text. Times are ISO in UTC. */
export const AlertRow = z.object({
  id: z.string(),
  study: z.string(),
  participant: z.string(),
  policy: z.string(),
  state: AlertState,
  openedAt: z.string(),
  scores: z.int(),
  claimedBy: z.string().nullable(),
  /** Who must act next: the claimer, or the person told last. */
  waitingFor: z.string().nullable(),
  dueAt: z.string().nullable(),
  overdue: z.boolean(),
  severity: z.int().min(0).max(6).nullable(),
  decision: AlertDecision.nullable(),
  lastMail: z.enum(['none', 'sent', 'failed']),
});
export type AlertRow = z.infer<typeof AlertRow>;

/** Updates of the `crisisReview` workflow; notes go by id, their text is in the store. */
export interface ClaimUpdate {
  by: string;
}
export interface RateUpdate {
  by: string;
  ratingId: string;
}
export interface CloseUpdate {
  by: string;
  decision: AlertDecision;
}
