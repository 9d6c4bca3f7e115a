import type { Post } from '../../../schema/records.ts';
import type { ParseContext, Parsed } from '../../../schema/source.ts';
import type { DriftOnce } from '../reading/drift.ts';
import { type Fields, identifier, isFields } from '../reading/json-unit.ts';
import { excluded, quarantined } from '../reading/quarantine.ts';
import { serverMoment } from '../reading/server-time.ts';
import { believedDay, settlePost } from '../reading/settle-post.ts';
import type { Unit } from '../reading/unit.ts';

export const POSTS = 'app.bsky.feed.post';

/** A record of a repository and where it stands. */
export interface Located {
  /** `at://did/collection/key`, or null where it is not known. */
  uri: string | null;
  collection: string | null;
  record: unknown;
  /** Time of the commit, or of the whole repository, that states it. */
  exported: string | null;
}

const KNOWN: ReadonlySet<string> = new Set([
  ...['$type', 'text', 'createdAt', 'langs', 'reply', 'embed', 'facets', 'entities', 'labels', 'tags', 'via', 'bridgyOriginalText'],
  ...['bridgyOriginalUrl', 'fediverseId'],
]);

/** What becomes of one record of the participant's own repository. */
export function settleRecord(unit: Unit, { uri, collection, record, exported }: Located, drift: DriftOnce, context: ParseContext): Parsed {
  const fields = isFields(record) ? record : {};
  const time = serverMoment(fields.createdAt, context.zone);
  const day = believedDay(time, context);
  const type = identifier(fields.$type) ?? collection;
  if (type === 'app.bsky.feed.repost') return excluded(unit, 'repost', day);
  if (type === 'app.bsky.actor.profile') return excluded(unit, 'identity', day);
  if (type !== POSTS) return type === null ? quarantined(unit, 'wrong-shape', 'type') : excluded(unit, 'not-collected', day);
  for (const name of Object.keys(fields)) if (!KNOWN.has(name)) drift.note('unknown-field', name);
  const draft = {
    id: uri,
    time,
    text: fields.text,
    kind: kindOf(fields),
    audience: 'public',
    lang: languageOf(fields.langs),
    conversation: conversationOf(fields.reply),
  } as const;
  const settled = settlePost(unit, draft, context);
  return settled.is === 'record' ? { ...settled, exported } : settled;
}

function kindOf({ reply, embed }: Fields): Post['kind'] {
  if (isFields(reply)) return 'reply';
  const type = isFields(embed) ? embed.$type : null;
  return type === 'app.bsky.embed.record' || type === 'app.bsky.embed.recordWithMedia' ? 'quote' : 'own';
}

/** The first post of the thread. */
function conversationOf(reply: unknown): string | null {
  const root = isFields(reply) ? reply.root : null;
  return isFields(root) ? identifier(root.uri) : null;
}

/** Two languages name none for sure. */
function languageOf(langs: unknown): string | null {
  return Array.isArray(langs) && langs.length === 1 ? identifier(langs[0]) : null;
}
