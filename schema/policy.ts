import { z } from 'zod';

/** A span of time, such as `30s`, `15m`, `24h`, `30d`. */
export const Duration = z.string().regex(/^\d+(s|m|h|d)$/);

/** When scores become an alert, whom it reaches, and by when they must act. Frozen inside each alert. */
export const Policy = z.object({
  name: z.string().min(1).max(63).default('default'),
  /** Any rule that holds opens or joins the participant's episode. */
  rules: z.array(z.object({ head: z.string(), key: z.string(), atLeast: z.number() })).min(1),
  /** Scores of records older than this (at the time of scoring) open nothing. */
  maxAge: Duration.default('7d'),
  /** People in order: told one after another until one claims. */
  people: z.array(z.object({ account: z.string(), mail: z.email() })).min(1),
  /** Each person has this long to claim before the next is told. */
  claimWithin: Duration.default('1h'),
  /** From opening to the first rating. */
  rateWithin: Duration.default('12h'),
  /** From opening to closing. */
  closeWithin: Duration.default('48h'),
});
export type Policy = z.infer<typeof Policy>;

/** A policy as somebody writes it down: a misspelt limit must not pass as one left out. */
export const PolicyFile = Policy.strict();

const factor = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Milliseconds of a Duration. */
export function durationMs(duration: string): number {
  const unit = duration.slice(-1) as keyof typeof factor;
  return Number(duration.slice(0, -1)) * factor[unit];
}

/** What a participant agreed to. Absent lists mean all; times bound the records, not the arrival. */
export const Consent = z.object({
  kinds: z.array(z.string()).optional(),
  audiences: z.array(z.enum(['public', 'followers', 'direct', 'unknown'])).default(['public', 'followers', 'unknown']),
  from: z.iso.datetime({ offset: true }).optional(),
  to: z.iso.datetime({ offset: true }).optional(),
});
export type Consent = z.infer<typeof Consent>;
