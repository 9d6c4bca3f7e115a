import { z } from 'zod';

/** A local calendar day, `YYYY-MM-DD`. */
export const Day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/);

/** How the zone of a time is known: stated by the source, set by the kind (UTC), declared for the source, or not. */
export const ZoneKnowledge = z.enum(['stated', 'kind', 'declared', 'unknown']);

/** A moment: UTC as `2026-01-31T12:00:00.000Z`, its offset in minutes where known, and the local day. */
export const Moment = z.object({
  utc: z.iso.datetime({ precision: 3 }),
  offset: z.int().min(-1080).max(1080).nullable(),
  zone: ZoneKnowledge,
  day: Day,
});
export type Moment = z.infer<typeof Moment>;

const longest = { id: 1024, text: 4 * 1024 * 1024, lang: 35 } as const;

/** A post of the participant's own account. Text is whole, as given, after decoding. */
export const Post = z.object({
  type: z.literal('post'),
  /** The source's own id of the record. */
  id: z.string().min(1).max(longest.id),
  time: Moment,
  text: z.string().max(longest.text),
  lang: z.string().max(longest.lang).nullable(),
  kind: z.enum(['own', 'reply', 'repost', 'quote']),
  audience: z.enum(['public', 'followers', 'direct', 'unknown']),
  conversation: z.string().max(longest.id).nullable(),
  /** The source's time of this version, where it states one; when an export was made is none of it. */
  version: z.iso.datetime({ precision: 3 }).nullable(),
});
export type Post = z.infer<typeof Post>;

/** Whether a post that has the right types, and times that were made here, is one: what `Post` says beyond them, in a tenth of the time. */
export function fitsPost({ id, text, lang, conversation }: Post): boolean {
  return (
    id !== '' &&
    id.length <= longest.id &&
    text.length <= longest.text &&
    (lang === null || lang.length <= longest.lang) &&
    (conversation === null || conversation.length <= longest.id)
  );
}

/** What the source wrote, where the value beside it was converted. The empty unit is the one that the format has there. */
const Written = z.object({ value: z.number(), unit: z.string() });

/** Something with a beginning and an end: sleep, workout, a tag pressed on a wristband. */
export const Event = z.object({
  type: z.literal('event'),
  id: z.string().min(1).max(1024),
  event: z.enum(['sleep', 'workout', 'screen', 'call', 'tag', 'summary', 'other']),
  time: Moment,
  end: Moment.nullable(),
  /** Values by name in UCUM units, such as `{ "energy": { value: 12, unit: "kcal" } }`. */
  values: z.record(z.string(), z.object({ value: z.union([z.number(), z.string()]), unit: z.string(), original: Written.optional() })),
  device: z.string().max(256).nullable(),
  version: z.iso.datetime({ precision: 3 }).nullable(),
});
export type Event = z.infer<typeof Event>;

/** An answer to an item of an instrument. */
export const SelfReport = z.object({
  type: z.literal('self-report'),
  id: z.string().min(1).max(1024),
  instrument: z.string().max(128),
  item: z.string().max(128),
  time: Moment,
  value: z.union([z.number(), z.string()]),
  version: z.iso.datetime({ precision: 3 }).nullable(),
});
export type SelfReport = z.infer<typeof SelfReport>;

export const StoredRecord = z.discriminatedUnion('type', [Post, Event, SelfReport]);
export type StoredRecord = z.infer<typeof StoredRecord>;

/** One measured value with its own times (heart rate of a watch, steps of an interval). */
export interface Sample {
  /** Our name of the signal, such as `heart_rate`. */
  signal: string;
  /** UCUM unit of `value`, such as `/min`, `1`, `kcal`. */
  unit: string;
  /** Device or app as the source names it; stored encrypted. */
  device: string;
  time: Moment;
  /** End in UTC milliseconds; equals the start for a spot value. */
  endMs: number;
  value: number;
  /** What the source wrote, where the value was converted; stored beside it. The empty unit is the one that the format has there. */
  original?: { value: number; unit: string };
}

/** A run of samples at a fixed rate, without gaps inside. */
export interface RegularBlock {
  signal: string;
  unit: string;
  device: string;
  /** Start of the recording, UTC milliseconds: with `rate` it names the recording. */
  sessionMs: number;
  /** Samples a second. */
  rate: number;
  /** Values for each sample (3 for an accelerometer), interleaved in `values`. */
  channels: number;
  /** Number of the first sample of this block within the recording, from 0. */
  offset: number;
  values: Float32Array;
}
