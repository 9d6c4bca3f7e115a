import type { ErrorCode } from '../../../schema/errors.ts';
import { Post } from '../../../schema/records.ts';
import type { ExclusionReason, ParseContext } from '../../../schema/source.ts';
import { FUTURE_SLACK_MS } from '../reading/limits.ts';
import { momentFrom, msOf } from '../reading/time.ts';
import { type MappedName, type Mapping, valueAt } from './mapping.ts';

export type Fate =
  | { is: 'post'; post: Post }
  | { is: 'quarantined'; reason: ErrorCode; field?: string; day: string | null; id: string | null }
  | { is: 'excluded'; reason: ExclusionReason; day: string | null };

type Row = Readonly<Record<string, unknown>>;

/** What becomes of one decoded row. */
export function toPost(row: Row, mapping: Mapping, context: ParseContext): Fate {
  const value = (name: MappedName): unknown => valueAt(row, mapping.field(name));
  const time = momentFrom(value('time'), context.zone);
  const future = time !== null && msOf(time) > context.arrivedMs + FUTURE_SLACK_MS;
  // A time that is not believed names no day.
  const day = future ? null : (time?.day ?? null);
  const bad = (reason: ErrorCode, field: string): Fate => ({ is: 'quarantined', reason, field, day, id: asText(value('id')) });

  const account = asText(value('account'));
  if (context.account !== null && account !== null && account !== context.account) return { is: 'excluded', reason: 'other-person', day };
  const id = asText(value('id'));
  if (id === null || id === '') return bad('no-id', 'id');
  if (time === null) return bad('no-time', 'time');
  if (future) return bad('future-time', 'time');
  const text = value('text');
  if (text === undefined || text === null) return bad('no-text', 'text');
  if (typeof text !== 'string') return bad('wrong-shape', 'text');
  if (text.trim() === '') return { is: 'excluded', reason: 'empty', day };

  const version = optional(value('version'));
  const versionTime = version === null ? null : momentFrom(version, context.zone);
  if (version !== null && versionTime === null) return bad('no-time', 'version');
  const post = Post.safeParse({
    type: 'post',
    id,
    time,
    text: text.toWellFormed(),
    lang: optional(value('lang')),
    kind: optional(value('kind')) ?? 'own',
    audience: optional(value('audience')) ?? 'unknown',
    conversation: asText(optional(value('conversation'))),
    version: versionTime?.utc ?? null,
  });
  if (!post.success) return bad('wrong-shape', String(post.error.issues[0]?.path[0] ?? 'id'));
  // A repost is somebody else's words.
  if (post.data.kind === 'repost') return { is: 'excluded', reason: 'repost', day };
  return { is: 'post', post: post.data };
}

/** CSV knows no null: an empty cell of an optional field is none. */
function optional(value: unknown): unknown {
  return value === undefined || value === '' ? null : value;
}

function asText(value: unknown): string | null {
  if (typeof value === 'string') return value;
  return typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : null;
}
