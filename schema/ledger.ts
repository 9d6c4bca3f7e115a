import { z } from 'zod';

const count = z.int().nonnegative();

/** Outcomes of units; received is their sum, for every batch and day. */
export const Outcomes = z.object({
  received: count,
  stored: count,
  duplicate: count,
  quarantined: count,
  excluded: count,
  erased: count,
});
export type Outcomes = z.infer<typeof Outcomes>;
export const outcomeNames = ['stored', 'duplicate', 'quarantined', 'excluded', 'erased'] as const;

/** A row of `ledger --json`. `day` is null for units whose day cannot be known. */
export const LedgerRow = Outcomes.extend({
  study: z.string(),
  source: z.string(),
  batch: z.string(),
  day: z.string().nullable(),
});
export type LedgerRow = z.infer<typeof LedgerRow>;

/** One finding of `ledger --check`. */
export const LedgerFinding = z.object({
  batch: z.string(),
  what: z.enum(['constraint', 'days', 'rows-stored', 'rows-quarantined', 'file-recount', 'file-unavailable']),
  expected: z.number(),
  found: z.number(),
});
export type LedgerFinding = z.infer<typeof LedgerFinding>;
export const LedgerCheck = z.object({
  balanced: z.boolean(),
  batches: count,
  recountedFromFile: count,
  findings: z.array(LedgerFinding),
});
export type LedgerCheck = z.infer<typeof LedgerCheck>;
