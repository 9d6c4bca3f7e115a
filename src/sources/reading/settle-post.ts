import { type Moment, Post } from '../../../schema/records.ts';
import type { ParseContext, Parsed } from '../../../schema/source.ts';
import { FUTURE_SLACK_MS } from './limits.ts';
import { bad, left, type Outcome, settled } from './outcome.ts';
import { ofRecord } from './quarantine.ts';
import { msOf } from './time.ts';
import type { Unit } from './unit.ts';

/** A post as a kind has read it, before anything of it is judged. */
export interface PostDraft extends Pick<Post, 'kind' | 'audience'> {
  id: string | null;
  time: Moment | null;
  text: unknown;
  lang?: string | null;
  conversation?: string | null;
  version?: string | null;
}

/** The day of a time that is believed, else null. */
export function believedDay(time: Moment | null, context: ParseContext): string | null {
  return time === null || msOf(time) > context.arrivedMs + FUTURE_SLACK_MS ? null : time.day;
}

/**
 * What becomes of a unit that is the participant's own: a post, `no-id`, `no-time`, `future-time`, `no-text`,
 * `wrong-shape`, or excluded as `empty` where there is nothing but white space.
 */
export function settlePost(unit: Unit, draft: PostDraft, context: ParseContext): Parsed {
  return ofRecord(settled(unit, postOutcome(draft, context)), 'post', draft.id);
}

/** The same, before it is known where the unit stands in the stream. */
export function postOutcome(draft: PostDraft, context: ParseContext): Outcome {
  const { id, time, text } = draft;
  const day = believedDay(time, context);
  if (id === null) return bad('no-id', 'id', day);
  if (time === null) return bad('no-time', 'time');
  if (day === null) return bad('future-time', 'time');
  if (text === undefined || text === null) return bad('no-text', 'text', day);
  if (typeof text !== 'string') return bad('wrong-shape', 'text', day);
  if (text.trim() === '') return left('empty', day);
  const post = Post.safeParse({
    type: 'post',
    ...draft,
    text: text.toWellFormed(),
    lang: languageTag(draft.lang),
    conversation: draft.conversation ?? null,
    version: draft.version ?? null,
  });
  if (!post.success) return bad('wrong-shape', String(post.error.issues[0]?.path[0] ?? 'id'), day);
  return { is: 'record', record: post.data };
}

/** A tag that is too long to be one must not cost the post. */
function languageTag(tag: string | null | undefined): string | null {
  return tag === undefined || tag === null || tag === '' || tag === 'und' || tag.length > 35 ? null : tag;
}
