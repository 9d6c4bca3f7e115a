import { z } from 'zod';

export const count = z.int().nonnegative();
export const time = z.string();

/** The one shape of an error; `code` is one of the table in errors.ts, `details` are places of ours, never input. */
export const ErrorBody = z.object({
  error: z.object({ code: z.string(), message: z.string(), hint: z.string(), details: z.record(z.string(), z.unknown()) }),
});
export const Done = z.object({ done: z.literal(true) });
export const Health = z.object({ ok: z.literal(true) });

export const StudyParams = z.object({ study: z.string().max(63) });
export const ParticipantParams = StudyParams.extend({ participant: z.string().max(64) });
export const AlertParams = StudyParams.extend({ id: z.string().max(128) });
export const SqlParams = StudyParams.extend({ id: z.string().max(64) });

/** Page number from 1. */
export const PageQuery = z.object({
  page: z.coerce.number().int().min(1).max(1_000_000).default(1),
  size: z.coerce.number().int().min(1).max(500).default(50),
});
export const paged = <T extends z.ZodType>(row: T) => ({ rows: z.array(row), total: count, page: z.int(), size: z.int() });
