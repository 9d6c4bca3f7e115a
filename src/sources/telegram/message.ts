import type { Moment, Post } from '../../../schema/records.ts';
import type { ParseContext, Parsed } from '../../../schema/source.ts';
import { contentId } from '../reading/content-id.ts';
import { type Fields, identifier, isFields } from '../reading/json-unit.ts';
import { excluded } from '../reading/quarantine.ts';
import { believedDay, settlePost } from '../reading/settle-post.ts';
import { moment, momentFrom, msOf, utcMoment } from '../reading/time.ts';
import type { Unit } from '../reading/unit.ts';
import type { Owner } from './owner.ts';

/** The chat that messages stand in; null where the export does not say. */
export interface Chat {
  id: string | null;
  type: string | null;
  /** Messages with which the topics of a forum begin, as far as they have been seen. */
  topics: Set<string>;
}

const AUDIENCES: Readonly<Record<string, Post['audience']>> = {
  ...{ personal_chat: 'direct', bot_chat: 'direct', saved_messages: 'direct', replies: 'direct', verification_codes: 'direct' },
  ...{ private_group: 'followers', private_supergroup: 'followers', private_channel: 'followers' },
  ...{ public_supergroup: 'public', public_channel: 'public' },
};

/** What becomes of one message. */
export function settleMessage(unit: Unit, message: Fields, chat: Chat, owner: Owner, context: ParseContext): Parsed {
  const time = timeOf(message, context.zone);
  const day = believedDay(time, context);
  const number = identifier(message.id);
  // What the app says of joins, calls and pins.
  if (message.type === 'service') {
    if (message.action === 'topic_created' && number !== null) chat.topics.add(number);
    return excluded(unit, 'not-collected', day);
  }
  if (!owner.wrote(message)) return excluded(unit, 'other-person', day);
  if (isPassedOn(message)) return excluded(unit, 'repost', day);
  const text = textOf(message.text);
  const known = chat.id !== null && number !== null;
  const draft = {
    id: known
      ? `${chat.id}/${number}`
      : contentId(chat.id, time?.utc ?? null, identifier(message.from), typeof text === 'string' ? text : null),
    time,
    text,
    kind: isAnswer(message, chat) ? 'reply' : 'own',
    audience: AUDIENCES[chat.type ?? ''] ?? 'unknown',
    conversation: chat.id,
    version: (momentFrom(message.edited_unixtime, null) ?? momentFrom(message.edited, context.zone))?.utc ?? null,
  } as const;
  return settlePost(unit, draft, context);
}

/**
 * The moment of a message. Newer exports write it twice, in UTC and on the clock of the machine that made the export:
 * the difference is that machine's offset, where no zone was declared.
 */
function timeOf({ date, date_unixtime }: Fields, zone: string | null): Moment | null {
  const utc = momentFrom(date_unixtime, null);
  if (utc === null) return momentFrom(date, zone);
  if (zone !== null) return utcMoment(msOf(utc), zone);
  const wall = momentFrom(date, null);
  if (wall === null || wall.zone !== 'unknown') return utcMoment(msOf(utc), null);
  const minutes = (msOf(wall) - msOf(utc)) / 60_000;
  return Number.isInteger(minutes / 15) && Math.abs(minutes) <= 1080 ? moment(msOf(utc), minutes, 'stated') : utcMoment(msOf(utc), null);
}

/** Text is a string, or pieces of it with their markup. */
function textOf(text: unknown): unknown {
  if (!Array.isArray(text)) return text;
  const pieces = text.map((piece) => (isFields(piece) ? piece.text : piece));
  return pieces.every((piece) => typeof piece === 'string') ? pieces.join('') : text;
}

/** Every message in a topic of a forum is written as an answer to the one with which the topic begins. */
function isAnswer({ reply_to_message_id }: Fields, { topics }: Chat): boolean {
  return reply_to_message_id !== undefined && !topics.has(identifier(reply_to_message_id) ?? '');
}

function isPassedOn({ forwarded_from, forwarded_from_id }: Fields): boolean {
  return forwarded_from !== undefined || forwarded_from_id !== undefined;
}
