import type { Post } from '../../../schema/records.ts';
import type { ParseContext, Parsed } from '../../../schema/source.ts';
import { htmlToText } from '../reading/html-text.ts';
import { type Fields, fieldsOf, identifier, isFields } from '../reading/json-unit.ts';
import { LineSlicer } from '../reading/lines.ts';
import { outsideText } from '../reading/outside-text.ts';
import { ownValue } from '../reading/own-value.ts';
import { excluded, quarantined } from '../reading/quarantine.ts';
import { serverMoment } from '../reading/server-time.ts';
import { settlePost } from '../reading/settle-post.ts';
import type { Unit } from '../reading/unit.ts';

const audiences: Readonly<Record<string, Post['audience']>> = {
  public: 'public',
  unlisted: 'public',
  private: 'followers',
  direct: 'direct',
};

/** Events of an account's stream, one a line, as `src/streams` keeps them: what others wrote is left out there already. */
export async function* parseEvents(chunks: AsyncIterable<Buffer>, context: ParseContext): AsyncGenerator<Parsed> {
  const slicer = new LineSlicer('alone');
  const settle = (unit: Unit): Parsed => {
    const read = fieldsOf(unit);
    return 'fault' in read ? read.fault : settleEvent(unit, read.fields, context);
  };
  for await (const chunk of chunks) for (const unit of slicer.push(chunk)) yield settle(unit);
  for (const unit of slicer.end()) yield settle(unit);
}

function settleEvent(unit: Unit, event: Fields, context: ParseContext): Parsed {
  switch (event.event) {
    case 'update':
    case 'status.update':
      return isFields(event.status) ? settleStatus(unit, event.status, context) : quarantined(unit, 'wrong-shape', 'text');
    case 'delete':
      return settleDelete(unit, event, context);
    case 'reblog':
      return excluded(unit, 'repost', serverMoment(event.created_at, context.zone)?.day ?? null);
    case 'other':
      return event.kind === 'update' ? excluded(unit, 'other-person') : excluded(unit, 'not-collected');
    default:
      return quarantined(unit, 'wrong-shape', 'type');
  }
}

/** A post as the server's interface gives it; its id is its address, as in the archive. */
function settleStatus(unit: Unit, status: Fields, context: ParseContext): Parsed {
  const warning = typeof status.spoiler_text === 'string' ? htmlToText(status.spoiler_text) : '';
  const text =
    typeof status.content === 'string' ? [warning, htmlToText(status.content)].filter((part) => part !== '').join('\n\n') : status.content;
  const edited = status.edited_at === null || status.edited_at === undefined ? null : serverMoment(status.edited_at, null);
  const quoted = isFields(status.quote) || identifier(status.quote_id) !== null;
  const draft = {
    id: identifier(status.uri),
    time: serverMoment(status.created_at, context.zone),
    text,
    kind: identifier(status.in_reply_to_id) === null ? (quoted ? 'quote' : 'own') : 'reply',
    audience: ownValue(audiences, outsideText(status.visibility)) ?? 'unknown',
    lang: identifier(status.language),
    conversation: identifier(status.in_reply_to_id),
    version: edited?.utc ?? null,
  } as const;
  return settlePost(unit, draft, context);
}

/** A deletion names a post by a number; its address is made of those of the account's other posts. */
function settleDelete(unit: Unit, event: Fields, context: ParseContext): Parsed {
  const recordId = identifier(event.uri);
  const at = serverMoment(event.at, context.zone);
  if (at === null) return quarantined(unit, 'no-time', 'time');
  if (recordId === null) return quarantined(unit, 'no-id', 'id', at.day);
  return { is: 'deletion', units: 1, end: unit.end, day: at.day, type: 'post', recordId, at: at.utc };
}
