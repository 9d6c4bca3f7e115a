import { z } from 'zod';
import { count, PageQuery, paged, time } from './api-common.ts';
import { Outcomes } from './ledger.ts';
import { Engine } from './model.ts';
import { Day } from './records.ts';
import { Role } from './roles.ts';

/* People */
export const SignIn = z.object({ name: z.string().min(1).max(128), password: z.string().min(1).max(1024) });
export const SignInLinkQuery = z.object({ token: z.string().min(1).max(128) });
export const SetPassword = z.object({ current: z.string().max(1024).nullable(), password: z.string().min(10).max(1024) });
export const Me = z.object({
  account: z.string(),
  hasPassword: z.boolean(),
  studies: z.array(z.object({ study: z.string(), roles: z.array(Role) })),
});
export type Me = z.infer<typeof Me>;

/* Studies */
export const StudyCounts = z.object({ participants: count, sources: count, records: count, series: count, scores: count });
export const StudyList = z.object({
  studies: z.array(
    z.object({
      study: z.string(),
      roles: z.array(Role),
      /** Null for a reviewer. */
      counts: StudyCounts.nullable(),
      /** Null for all but a reviewer. */
      openAlerts: count.nullable(),
    }),
  ),
});
export type StudyList = z.infer<typeof StudyList>;

export const ScheduleState = z.object({ next: time.nullable(), last: time.nullable(), skipped: count });
export type ScheduleState = z.infer<typeof ScheduleState>;

export const SourceView = z.object({
  source: z.string(),
  /** Null once the participant has withdrawn. */
  participant: z.string().nullable(),
  kind: z.string(),
  state: z.enum(['idle', 'queued', 'running', 'failed', 'erased']),
  everySeconds: z.int().nullable(),
  /** Null without a schedule, or when the Temporal server does not answer. */
  schedule: ScheduleState.nullable(),
  lastRunAt: time.nullable(),
  lastError: z.object({ code: z.string(), message: z.string(), hint: z.string() }).nullable(),
  batches: count,
  totals: Outcomes,
  firstDay: Day.nullable(),
  lastDay: Day.nullable(),
});
export type SourceView = z.infer<typeof SourceView>;

export const StudyOverview = z.object({
  study: z.string(),
  createdAt: time,
  counts: StudyCounts,
  totals: Outcomes,
  participants: z.array(z.object({ participant: z.string(), addedAt: time, sources: count, records: count, series: count })),
  sources: z.array(SourceView),
});
export type StudyOverview = z.infer<typeof StudyOverview>;

export const BatchQuery = PageQuery.extend({ source: z.string().max(128).optional() });
export const BatchRow = Outcomes.extend({
  batch: z.string(),
  source: z.string(),
  kind: z.string(),
  participant: z.string().nullable(),
  state: z.enum(['open', 'done', 'failed', 'cancelled']),
  error: z.string().nullable(),
  parts: count,
  bytes: count,
  arrivedAt: time,
  closedAt: time.nullable(),
  excludedBy: z.record(z.string(), count),
  quarantinedBy: z.record(z.string(), count),
});
export type BatchRow = z.infer<typeof BatchRow>;
export const BatchPage = z.object(paged(BatchRow));

export const LedgerQuery = z.object({ source: z.string().max(128).optional(), from: Day.optional(), to: Day.optional() });
export const LedgerDay = Outcomes.extend({ day: Day.nullable(), batches: count });
/** `missing` lists, as inclusive ranges, the days between the first and the last on which nothing was received. */
export const LedgerSource = z.object({
  source: z.string(),
  kind: z.string(),
  participant: z.string().nullable(),
  firstDay: Day.nullable(),
  lastDay: Day.nullable(),
  totals: Outcomes,
  /** In order of days; units whose day cannot be known come last with `day: null`. */
  days: z.array(LedgerDay),
  missing: z.array(z.object({ from: Day, to: Day, days: count })),
});
export const Ledger = z.object({ study: z.string(), totals: Outcomes, sources: z.array(LedgerSource) });
export type Ledger = z.infer<typeof Ledger>;

export const QuarantineQuery = BatchQuery.extend({ reason: z.string().max(64).optional(), batch: z.string().max(128).optional() });
export const QuarantineRow = z.object({
  id: z.string(),
  source: z.string(),
  kind: z.string(),
  participant: z.string(),
  batch: z.string(),
  reason: z.string(),
  field: z.string().nullable(),
  part: count,
  unit: count,
  position: count,
  units: count,
  day: Day.nullable(),
});
export const QuarantineReason = z.object({ reason: z.string(), message: z.string(), hint: z.string(), rows: count, units: count });
export const QuarantinePage = z.object({ ...paged(QuarantineRow), reasons: z.array(QuarantineReason) });
export type QuarantinePage = z.infer<typeof QuarantinePage>;

export const RunRow = z.object({
  run: z.string(),
  number: z.int(),
  state: z.enum(['running', 'done', 'failed', 'cancelled']),
  ofRun: z.string().nullable(),
  verify: z.boolean(),
  engine: Engine,
  models: z.array(z.object({ name: z.string(), id: z.string() })),
  inputs: count,
  /** Inputs by state: pending, scored, failed, erased, identical, drifted. */
  states: z.record(z.string(), count),
  startedAt: time,
  finishedAt: time.nullable(),
});
export type RunRow = z.infer<typeof RunRow>;
export const RunPage = z.object(paged(RunRow));
