import { Event, Moment, Post, SelfReport, type StoredRecord } from '../../../schema/records.ts';
import type { ParseContext, Parsed } from '../../../schema/source.ts';
import { type DriftOnce, noteUnknown } from '../reading/drift.ts';
import { type Fields, identifier, isFields } from '../reading/json-unit.ts';
import { FUTURE_SLACK_MS } from '../reading/limits.ts';
import { excluded, ofRecord, quarantined } from '../reading/quarantine.ts';
import { settlePost } from '../reading/settle-post.ts';
import { dayOf, momentFrom, msOf } from '../reading/time.ts';
import type { Unit } from '../reading/unit.ts';

const shapes = { post: Post, event: Event, 'self-report': SelfReport } as const;
const sampleFields: ReadonlySet<string> = new Set(['type', 'signal', 'unit', 'device', 'time', 'end', 'value']);
const deletionFields: ReadonlySet<string> = new Set(['type', 'of', 'id', 'time']);

/** What becomes of one line. Fields that may be null may be absent. */
export function toParsed(unit: Unit, fields: Fields, context: ParseContext, drift: DriftOnce): Parsed {
  const { type } = fields;
  if (type === 'sample') return sample(unit, fields, context, drift);
  if (type === 'deletion') return deletion(unit, fields, context, drift);
  if (type !== 'post' && type !== 'event' && type !== 'self-report') return quarantined(unit, 'wrong-shape', 'type');
  return ofRecord(record(unit, type, fields, context, drift), type, identifier(fields.id));
}

function record(unit: Unit, type: StoredRecord['type'], fields: Fields, context: ParseContext, drift: DriftOnce): Parsed {
  noteUnknown(drift, fields, new Set(Object.keys(shapes[type].shape)));
  const time = timeOf(fields.time, context);
  const id = identifier(fields.id);
  if (id === null) return quarantined(unit, 'no-id', 'id', time?.day ?? null);
  if (time === null) return quarantined(unit, 'no-time', 'time');
  if (isFuture(time, context)) return quarantined(unit, 'future-time', 'time');
  const version = optionalTime(fields.version, context);
  if (version === undefined) return quarantined(unit, 'no-time', 'version', time.day);
  if (type === 'post') return post(unit, fields, { id, time, version }, context);
  const end = optionalMoment(fields.end, context);
  if (end === undefined) return quarantined(unit, 'no-time', 'end', time.day);
  // Checking would leave it out without a word.
  if (isFields(fields.values) && Object.hasOwn(fields.values, '__proto__')) return quarantined(unit, 'wrong-shape', 'values', time.day);
  const read =
    type === 'event'
      ? Event.safeParse({ values: {}, device: null, ...fields, id, time, end, version })
      : SelfReport.safeParse({ ...fields, id, time, version });
  if (!read.success) return quarantined(unit, 'wrong-shape', String(read.error.issues[0]?.path[0] ?? 'type'), time.day);
  return { is: 'record', units: 1, end: unit.end, day: time.day, record: read.data };
}

function post(unit: Unit, fields: Fields, known: Pick<Post, 'time' | 'version'> & { id: string | null }, context: ParseContext): Parsed {
  const { day } = known.time;
  const kind = Post.shape.kind.safeParse(fields.kind ?? 'own');
  if (!kind.success) return quarantined(unit, 'wrong-shape', 'kind', day);
  // A private post must not pass as one whose audience is not known.
  const audience = Post.shape.audience.safeParse(fields.audience ?? 'unknown');
  if (!audience.success) return quarantined(unit, 'wrong-shape', 'audience', day);
  if (kind.data === 'repost') return excluded(unit, 'repost', day);
  const lang = identifier(fields.lang);
  const conversation = identifier(fields.conversation);
  return settlePost(unit, { ...known, text: fields.text, kind: kind.data, audience: audience.data, lang, conversation }, context);
}

function sample(unit: Unit, fields: Fields, context: ParseContext, drift: DriftOnce): Parsed {
  noteUnknown(drift, fields, sampleFields);
  const { signal, unit: ucum, value } = fields;
  const time = timeOf(fields.time, context);
  if (time === null) return quarantined(unit, 'no-time', 'time');
  if (isFuture(time, context)) return quarantined(unit, 'future-time', 'time');
  const end = optionalMoment(fields.end, context);
  if (end === undefined) return quarantined(unit, 'no-time', 'end', time.day);
  if (typeof signal !== 'string' || !/^[a-z][a-z0-9_]{0,63}$/.test(signal)) return quarantined(unit, 'wrong-shape', 'signal', time.day);
  if (typeof ucum !== 'string' || ucum === '' || ucum.length > 64) return quarantined(unit, 'wrong-shape', 'unit', time.day);
  if (typeof value !== 'number' || !Number.isFinite(value)) return quarantined(unit, 'bad-value', 'value', time.day);
  const endMs = end === null ? msOf(time) : msOf(end);
  if (endMs < msOf(time)) return quarantined(unit, 'bad-value', 'end', time.day);
  const device = identifier(fields.device)?.slice(0, 256) ?? '';
  return { is: 'sample', units: 1, end: unit.end, day: time.day, sample: { signal, unit: ucum, device, time, endMs, value } };
}

/** The app took a record back: `{"type":"deletion","of":"post","id":"…","time":"…"}`. */
function deletion(unit: Unit, fields: Fields, context: ParseContext, drift: DriftOnce): Parsed {
  noteUnknown(drift, fields, deletionFields);
  const time = timeOf(fields.time, context);
  const recordId = identifier(fields.id);
  if (recordId === null) return quarantined(unit, 'no-id', 'id', time?.day ?? null);
  if (time === null) return quarantined(unit, 'no-time', 'time');
  if (typeof fields.of !== 'string' || !Object.hasOwn(shapes, fields.of)) return quarantined(unit, 'wrong-shape', 'of', time.day);
  return { is: 'deletion', units: 1, end: unit.end, day: time.day, type: fields.of as StoredRecord['type'], recordId, at: time.utc };
}

/** A time as text or a number, or as our own moment, whose day must be that of its offset. */
function timeOf(value: unknown, context: ParseContext): Moment | null {
  if (!isFields(value)) return momentFrom(value, context.zone);
  const moment = Moment.safeParse(value);
  if (!moment.success) return null;
  const { data } = moment;
  return dayOf(msOf(data) + (data.offset ?? 0) * 60_000) === data.day ? data : null;
}

/** Null where there is none, undefined where it cannot be read. */
function optionalMoment(value: unknown, context: ParseContext): Moment | null | undefined {
  return value === undefined || value === null ? null : (timeOf(value, context) ?? undefined);
}

function optionalTime(value: unknown, context: ParseContext): string | null | undefined {
  const moment = optionalMoment(value, context);
  return moment ? moment.utc : moment;
}

function isFuture(time: Moment, context: ParseContext): boolean {
  return msOf(time) > context.arrivedMs + FUTURE_SLACK_MS;
}
