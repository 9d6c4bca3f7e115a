import type { ErrorCode } from '../../../schema/errors.ts';
import { fitsPost, type Moment, Post } from '../../../schema/records.ts';
import type { ExclusionReason, ParseContext } from '../../../schema/source.ts';
import { decodeEntities } from '../reading/entities.ts';
import { FUTURE_SLACK_MS } from '../reading/limits.ts';
import { momentFrom, msOf, utcMoment } from '../reading/time.ts';
import type { ArchiveFacts } from './files.ts';

export type Fate =
  | { is: 'post'; post: Post; exported: string | null }
  | { is: 'quarantined'; reason: ErrorCode; field: string; day: string | null; id: string | null }
  | { is: 'excluded'; reason: ExclusionReason; day: string | null }
  | { is: 'deletion'; recordId: string; at: string; day: string };

type Fields = Readonly<Record<string, unknown>>;

/** What becomes of a tweet of any generation of the archive; `tweet` is already out of its wrapper. */
export function tweetFate(tweet: Fields, facts: ArchiveFacts, context: ParseContext): Fate {
  const written = tweet.full_text ?? tweet.text;
  const shared = { id: identifier(tweet.id_str) ?? identifier(tweet.id), created: tweet.created_at, written };
  const author = tweet.user as Fields | null | undefined;
  const authorId = identifier(author?.id_str) ?? identifier(author?.id);
  const names = [facts.accountId, facts.username, context.account];
  const isOwn = authorId === null || names.every((name) => name === null) || matches(names, authorId, author?.screen_name);
  return fate(shared, facts, context, (text, day) => {
    if (!isOwn) return { is: 'excluded', reason: 'other-person', day };
    // The words of a repost are another person's, and cut off besides.
    if (/^RT @\w/.test(text) || (tweet.retweeted_status ?? null) !== null) return { is: 'excluded', reason: 'repost', day };
    return { kind: kindOf(tweet), conversation: conversationOf(tweet), lang: language(tweet.lang) };
  });
}

/** What becomes of a note: the whole text of a long post, under an id of its own. */
export function noteFate(note: Fields, facts: ArchiveFacts, context: ParseContext): Fate {
  const id = identifier(note.noteTweetId);
  const core = note.core as Fields | null | undefined;
  const shared = { id: id === null ? null : `note ${id}`, created: note.createdAt, written: core?.text };
  return fate(shared, facts, context, () => ({ kind: 'own', conversation: null, lang: null }));
}

/** A post that was deleted: its words are not kept, and those of earlier archives go. Without a time of its own, when the archive was made. */
export function deletedFate(tweet: Fields, facts: ArchiveFacts, context: ParseContext): Fate {
  const id = identifier(tweet.id_str) ?? identifier(tweet.id);
  if (id === null) return { is: 'quarantined', reason: 'no-id', field: 'id', day: null, id };
  const stated = momentFrom(tweet.deleted_at, null) ?? momentFrom(facts.generated, null);
  if (stated === null) return { is: 'quarantined', reason: 'no-time', field: 'time', day: null, id };
  if (msOf(stated) > context.arrivedMs + FUTURE_SLACK_MS) return { is: 'quarantined', reason: 'future-time', field: 'time', day: null, id };
  const moment = utcMoment(msOf(stated), context.zone);
  if (moment === null) return { is: 'quarantined', reason: 'no-time', field: 'time', day: null, id };
  return { is: 'deletion', recordId: id, at: moment.utc, day: moment.day };
}

type Rest = Pick<Post, 'kind' | 'conversation' | 'lang'>;
type Shared = { id: string | null; created: unknown; written: unknown };

function fate(shared: Shared, facts: ArchiveFacts, context: ParseContext, decide: (text: string, day: string) => Fate | Rest): Fate {
  const stated = momentFrom(shared.created, null);
  const time = stated === null ? null : inZone(stated, context.zone);
  const future = time !== null && msOf(time) > context.arrivedMs + FUTURE_SLACK_MS;
  // A time that is not believed names no day.
  const day = future ? null : (time?.day ?? null);
  const bad = (reason: ErrorCode, field: string): Fate => ({ is: 'quarantined', reason, field, day, id: shared.id });
  if (shared.id === null) return bad('no-id', 'id');
  if (time === null) return bad('no-time', 'time');
  if (future) return bad('future-time', 'time');
  if (shared.written === undefined || shared.written === null) return bad('no-text', 'text');
  if (typeof shared.written !== 'string') return bad('wrong-shape', 'text');
  const text = decodeEntities(shared.written).toWellFormed();
  const decided = decide(text, time.day);
  if ('is' in decided) return decided;
  if (text.trim() === '') return { is: 'excluded', reason: 'empty', day };
  const audience = facts.wasProtected ? 'unknown' : 'public';
  const { kind, conversation, lang } = decided;
  const post: Post = { type: 'post', id: shared.id, time, text, lang, kind, audience, conversation, version: null };
  if (fitsPost(post)) return { is: 'post', post, exported: facts.generated };
  return bad('wrong-shape', String(Post.safeParse(post).error?.issues[0]?.path[0] ?? 'id'));
}

/** X states every time in UTC. */
function inZone(stated: Moment, zone: string | null): Moment | null {
  return zone === null && stated.offset === 0 ? { ...stated, zone: 'kind' } : utcMoment(msOf(stated), zone);
}

/** Whether one of the names known for the source is this number or name. */
export function matches(names: (string | null)[], id: unknown, username: unknown): boolean {
  const own = [id, username].flatMap((name) => (typeof name === 'string' ? [name.toLowerCase()] : []));
  return names.some((name) => name !== null && own.includes(name.replace(/^@/, '').toLowerCase()));
}

function kindOf(tweet: Fields): Post['kind'] {
  if (present(tweet.in_reply_to_status_id_str) || present(tweet.in_reply_to_status_id) || present(tweet.in_reply_to_user_id))
    return 'reply';
  if (present(tweet.in_reply_to_user_id_str) || present(tweet.in_reply_to_screen_name)) return 'reply';
  return present(tweet.quoted_status_id_str) || present(tweet.quoted_status_id) || tweet.is_quote_status === true ? 'quote' : 'own';
}

/** Most archives know the post above alone, not the first of the conversation. */
function conversationOf(tweet: Fields): string | null {
  return identifier(tweet.conversation_id_str) ?? identifier(tweet.conversation_id) ?? identifier(tweet.in_reply_to_status_id_str);
}

function language(lang: unknown): string | null {
  return typeof lang === 'string' && lang !== '' && lang !== 'und' ? lang : null;
}

function present(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '';
}

/** Ids are digits in strings; as numbers they would be rounded beyond 2^53. */
function identifier(value: unknown): string | null {
  if (typeof value === 'string' && value !== '') return value;
  return typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : null;
}
