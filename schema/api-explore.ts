import { z } from 'zod';
import { count, PageQuery, paged, time } from './api-common.ts';
import { Grade } from './model.ts';
import { Day } from './records.ts';
import { HeadDecision, HeadScores } from './scores.ts';

/* Explore. Lists in a query are repeated: `participant=p_1&participant=p_2`. */
const many = z
  .union([
    z
      .string()
      .max(128)
      .transform((one) => [one]),
    z.array(z.string().max(128)).max(100),
  ])
  .optional();
export const ScoreFilter = z.object({
  participant: many,
  kind: many,
  head: many,
  grade: many,
  /** A label of a head, such as `joy` or `severity`; `min` and `max` bound its value. */
  key: z.string().max(128).optional(),
  min: z.coerce.number().optional(),
  max: z.coerce.number().optional(),
  /** What the head decided: a label, a level, `yes` or `no`. */
  decision: z.string().max(128).optional(),
  from: Day.optional(),
  to: Day.optional(),
});
export const ScoreSort = z.enum(['time', '-time', 'value', '-value', 'participant', '-participant', 'head', '-head']);
export const ScoreQuery = PageQuery.extend(ScoreFilter.shape).extend({ sort: ScoreSort.default('-time') });
export type ScoreQuery = z.infer<typeof ScoreQuery>;
export const Facet = z.array(z.object({ value: z.string(), count }));
export const ScoreRow = z.object({
  score: z.string(),
  participant: z.string(),
  source: z.string(),
  kind: z.string(),
  record: z.string().nullable(),
  run: z.string(),
  model: z.string(),
  head: z.string(),
  grade: Grade,
  day: Day.nullable(),
  time,
  end: time,
  /** The key asked for, else the one with the highest value. */
  key: z.string(),
  value: z.number().nullable(),
  low: z.number().nullable(),
  high: z.number().nullable(),
  scores: HeadScores,
  decision: HeadDecision.nullable(),
});
export type ScoreRow = z.infer<typeof ScoreRow>;
/** Each facet counts as if its own filter were not set. */
export const ScoreFacets = z.object({ participant: Facet, kind: Facet, head: Facet, grade: Facet, key: Facet });
export const ScorePage = z.object({ ...paged(ScoreRow), facets: ScoreFacets });
export type ScorePage = z.infer<typeof ScorePage>;

export const RecordType = z.enum(['post', 'event', 'self-report']);
export const RecordQuery = PageQuery.extend(ScoreFilter.shape).extend({
  type: RecordType.optional(),
  sort: z.enum(['time', '-time', 'participant', '-participant']).default('-time'),
});
export type RecordQuery = z.infer<typeof RecordQuery>;
export const RecordRow = z.object({
  record: z.string(),
  participant: z.string(),
  source: z.string(),
  kind: z.string(),
  type: RecordType,
  day: Day.nullable(),
  time,
  end: time.nullable(),
  /** Masked text of a post; what an event or self-report is, in words and values, for the others. */
  text: z.string(),
  masked: count,
  scores: z.array(
    z.object({ head: z.string(), grade: Grade, key: z.string(), value: z.number().nullable(), decision: HeadDecision.nullable() }),
  ),
});
export type RecordRow = z.infer<typeof RecordRow>;
export const RecordFacets = z.object({ participant: Facet, kind: Facet, type: Facet });
export const RecordPage = z.object({ ...paged(RecordRow), facets: RecordFacets });
export type RecordPage = z.infer<typeof RecordPage>;

/** Records as they were known at a moment. */
export const AsOfQuery = PageQuery.extend({
  at: z.iso.datetime({ offset: true }).transform((at) => new Date(at).toISOString()),
  participant: z.string().max(64).optional(),
  source: z.string().max(64).optional(),
  type: RecordType.optional(),
});
export type AsOfQuery = z.infer<typeof AsOfQuery>;
export const AsOfRow = RecordRow.omit({ scores: true }).extend({
  /** The source's own version, or the time of the last export that stated it, as far as was known then; null where there is neither. */
  version: time.nullable(),
  /** Since when it was the newest, or at least known: when it arrived, or came back. */
  known: time,
});
export type AsOfRow = z.infer<typeof AsOfRow>;
export const AsOfPage = z.object(paged(AsOfRow));
export type AsOfPage = z.infer<typeof AsOfPage>;

/** Without `from` and `to`: all there is. `signal` chooses signals (repeated); `points` bounds each line's points. */
export const TimelineQuery = z.object({
  from: z.iso.datetime({ offset: true }).optional(),
  to: z.iso.datetime({ offset: true }).optional(),
  head: many,
  signal: many,
  points: z.coerce.number().int().min(50).max(1900).default(800),
});
export const Timeline = z.object({
  participant: z.string(),
  from: time.nullable(),
  to: time.nullable(),
  /** Everything the participant has, whatever the range: for choosing. */
  available: z.object({ heads: z.array(z.string()), signals: z.array(z.string()), from: time.nullable(), to: time.nullable() }),
  /** `t` and `end` in UTC milliseconds. Many points are binned: `value` is then the mean, `min`–`max` the spread of `n`. */
  heads: z.array(
    z.object({
      head: z.string(),
      key: z.string(),
      grade: Grade,
      points: z.array(
        z.object({
          t: z.number(),
          end: z.number(),
          value: z.number(),
          min: z.number(),
          max: z.number(),
          n: count,
          score: z.string().nullable(),
        }),
      ),
    }),
  ),
  signals: z.array(
    z.object({
      signal: z.string(),
      unit: z.string(),
      channel: z.int(),
      /** Bins without a sample are absent; `gaps` says where the recording stopped. */
      points: z.array(z.object({ t: z.number(), end: z.number(), min: z.number(), max: z.number(), mean: z.number(), n: count })),
      gaps: z.array(z.object({ from: z.number(), to: z.number() })),
    }),
  ),
});
export type Timeline = z.infer<typeof Timeline>;

/* SQL. `id` is made by the page (a UUID), so that it can cancel while it waits. */
export const SqlRequest = z.object({ id: z.uuid(), sql: z.string().min(1).max(20_000) });
export const SqlCsvQuery = z.object({ sql: z.string().min(1).max(20_000) });
export const SqlResult = z.object({
  id: z.string(),
  columns: z.array(z.object({ name: z.string(), type: z.string() })),
  rows: z.array(z.array(z.union([z.string(), z.number(), z.boolean(), z.null()]))),
  /** True when there were more rows than `limit`; the CSV has them all. */
  truncated: z.boolean(),
  limit: count,
  elapsedMs: z.number(),
});
export type SqlResult = z.infer<typeof SqlResult>;
export const SqlTables = z.object({
  tables: z.array(
    z.object({
      name: z.string(),
      about: z.string(),
      columns: z.array(z.object({ name: z.string(), type: z.string(), about: z.string() })),
    }),
  ),
  examples: z.array(z.object({ title: z.string(), sql: z.string() })),
});
export type SqlTables = z.infer<typeof SqlTables>;
