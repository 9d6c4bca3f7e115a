import type { Post } from '../../../schema/records.ts';
import type { ParseContext, Parsed } from '../../../schema/source.ts';
import { htmlToText } from '../reading/html-text.ts';
import { type Fields, identifier, isFields } from '../reading/json-unit.ts';
import { outsideText } from '../reading/outside-text.ts';
import { excluded, quarantined } from '../reading/quarantine.ts';
import { believedDay, settlePost } from '../reading/settle-post.ts';
import { momentFrom, msOf, utcMoment } from '../reading/time.ts';
import type { Unit } from '../reading/unit.ts';
import { type Actor, isAccount } from './actor.ts';

const PUBLIC: ReadonlySet<string> = new Set(['https://www.w3.org/ns/activitystreams#Public', 'as:Public', 'Public']);
/** What an account writes: a post, a poll, and the longer forms of other servers. */
const WRITTEN: ReadonlySet<string> = new Set(['Note', 'Question', 'Article', 'Page']);

/** What becomes of one activity of an outbox. `known` tells a type of activity that is new. */
export function settleActivity(unit: Unit, activity: Fields, actor: Actor, context: ParseContext): Parsed {
  const { object } = activity;
  const note = isFields(object) ? object : {};
  const time = timeOf(note.published ?? activity.published, context);
  const day = believedDay(time, context);
  if (activity.type === 'Announce') return excluded(unit, 'repost', day);
  if (activity.type !== 'Create') return excluded(unit, 'not-collected', day);
  if (!isOwn(activity, note, actor, context)) return excluded(unit, 'other-person', day);
  if (!isFields(object)) return quarantined(unit, 'wrong-shape', 'text', day);
  if (!WRITTEN.has(outsideText(object.type))) return excluded(unit, 'not-collected', day);
  const version = timeOf(object.updated, context)?.utc ?? null;
  const draft = {
    id: identifier(object.id),
    time,
    text: textOf(object),
    kind: kindOf(object),
    audience: audienceOf(activity, object),
    lang: languageOf(object),
    conversation: identifier(object.conversation) ?? identifier(object.context) ?? addressOf(object.inReplyTo),
    version,
  };
  return settlePost(unit, draft, context);
}

/** The server's clock is UTC. */
function timeOf(value: unknown, context: ParseContext): Post['time'] | null {
  const stated = momentFrom(value, null);
  return stated === null ? null : utcMoment(msOf(stated), context.zone);
}

function isOwn(activity: Fields, note: Fields, actor: Actor, context: ParseContext): boolean {
  const by = addressOf(activity.actor);
  const author = addressOf(note.attributedTo);
  if (by !== null && author !== null && by !== author) return false;
  const one = by ?? author;
  if (one === null) return true;
  if (actor.id !== null) return one === actor.id;
  return context.account === null || isAccount(context.account, one, null);
}

/** The words under a content warning, and the warning itself: both are the author's. */
function textOf(object: Fields): unknown {
  const { content, summary, contentMap, name } = object;
  const written = content ?? (isFields(contentMap) ? Object.values(contentMap)[0] : undefined);
  if (typeof written !== 'string') return written;
  const warning = typeof summary === 'string' ? summary : typeof name === 'string' ? name : '';
  return [htmlToText(warning), htmlToText(written)].filter((part) => part !== '').join('\n\n');
}

function kindOf(object: Fields): Post['kind'] {
  if (addressOf(object.inReplyTo) !== null) return 'reply';
  const quoted = object.quote ?? object.quoteUri ?? object.quoteUrl ?? object._misskey_quote;
  return addressOf(quoted) === null ? 'own' : 'quote';
}

/** Unlisted posts name the public second; followers-only ones the followers alone; the rest goes to those mentioned. */
function audienceOf(activity: Fields, object: Fields): Post['audience'] {
  const named = object.to === undefined && object.cc === undefined ? activity : object;
  if (named.to === undefined && named.cc === undefined) return 'unknown';
  const readers = [named.to, named.cc].flat().filter((reader) => typeof reader === 'string');
  if (readers.some((reader) => PUBLIC.has(reader))) return 'public';
  return readers.some((reader) => /\/followers$/.test(reader)) ? 'followers' : 'direct';
}

function languageOf(object: Fields): string | null {
  const tags = isFields(object.contentMap) ? Object.keys(object.contentMap) : [];
  return tags.length === 1 ? (tags[0] as string) : null;
}

/** An address, written as text or as an object with an id. */
function addressOf(value: unknown): string | null {
  return isFields(value) ? identifier(value.id) : identifier(value);
}
