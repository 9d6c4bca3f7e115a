import type { Post } from '../../../schema/records.ts';
import type { ParseContext, Parsed, Part } from '../../../schema/source.ts';
import { decodeEntities } from '../reading/entities.ts';
import { type Fields, fieldsOf, identifier, isFields } from '../reading/json-unit.ts';
import { LineSlicer } from '../reading/lines.ts';
import { nestedUnits } from '../reading/nested-units.ts';
import { excluded, quarantined } from '../reading/quarantine.ts';
import { serverMoment } from '../reading/server-time.ts';
import { believedDay, settlePost } from '../reading/settle-post.ts';
import type { Unit } from '../reading/unit.ts';
import { listPaths } from './places.ts';
import { isGone, titled } from './words.ts';

type Chunks = AsyncIterable<Buffer>;

/** Posts and comments of a dump. Without a declared account they are read where all are of one and the same author. */
export async function* parseDump(part: Part, chunks: Chunks, context: ParseContext): AsyncGenerator<Parsed> {
  const account = nameOf(context.account ?? (await soleAuthor(part)));
  yield* unitsOf(part.role, chunks, (unit) => {
    const read = fieldsOf(unit);
    if ('fault' in read) return read.fault;
    const fields = inner(read.fields);
    if (account === null) return quarantined({ ...unit, bytes: Buffer.alloc(0) }, 'no-account');
    const time = serverMoment(fields.created_utc ?? fields.created, context.zone);
    if (nameOf(fields.author) !== account) return excluded(unit, 'other-person', believedDay(time, context));
    return settlePost(unit, { ...draftOf(fields), time, audience: 'public' }, context);
  });
}

function draftOf(
  fields: Fields,
): Pick<Post, 'kind'> & { id: string | null; text: unknown; conversation: string | null; version: string | null } {
  const isComment = fields.body !== undefined || fields.link_id !== undefined;
  const number = identifier(fields.id);
  const id = identifier(fields.name) ?? (number === null ? null : `${isComment ? 't1' : 't3'}_${number}`);
  const edited = momentOfNumber(fields.edited) ?? momentOfNumber(fields.retrieved_utc ?? fields.retrieved_on);
  if (isComment) {
    const text = typeof fields.body === 'string' ? words(fields.body) : fields.body;
    return { id, text, kind: 'reply', conversation: identifier(fields.link_id), version: edited };
  }
  const [title, body] = [fields.title, fields.selftext].map((part) => (typeof part === 'string' ? words(part) : undefined));
  const kind = fields.crosspost_parent === undefined ? 'own' : 'quote';
  return { id, text: titled(title, body), kind, conversation: id, version: edited };
}

/** The site escapes what would be markup. */
function words(text: string): string {
  return isGone(text) ? '' : decodeEntities(text);
}

/** `edited` is false, or seconds; very old posts have true. */
function momentOfNumber(value: unknown): string | null {
  return typeof value === 'number' || typeof value === 'string' ? (serverMoment(value, null)?.utc ?? null) : null;
}

/** The one author of all units, or null where there are several or none. */
async function soleAuthor(part: Part): Promise<string | null> {
  const authors = new Set<string>();
  const look = (unit: Unit): Parsed => {
    const read = fieldsOf(unit);
    const author = 'fault' in read ? null : nameOf(inner(read.fields).author);
    if (author !== null && author !== '[deleted]') authors.add(author);
    return excluded(unit, 'empty');
  };
  try {
    for await (const _ of unitsOf(part.role, (await part.open()) as Chunks, look)) if (authors.size > 1) return null;
  } catch {
    // Where the part breaks is told when it is read; what came before has its authors all the same.
  }
  return [...authors][0] ?? null;
}

async function* unitsOf(role: string | null, chunks: Chunks, settle: (unit: Unit) => Parsed): AsyncGenerator<Parsed> {
  if (role === 'list') {
    yield* nestedUnits(chunks, { units: listPaths, facts: [] }, settle);
    return;
  }
  const slicer = new LineSlicer('alone');
  for await (const chunk of chunks) for (const unit of slicer.push(chunk)) yield settle(unit);
  for (const unit of slicer.end()) yield settle(unit);
}

/** An entry of a listing wraps what it is about. */
function inner(fields: Fields): Fields {
  return isFields(fields.data) && fields.author === undefined ? fields.data : fields;
}

/** A user's name, as it compares: without `u/`, in lower case. */
export function nameOf(name: unknown): string | null {
  return typeof name === 'string' && name !== ''
    ? name
        .trim()
        .replace(/^\/?u\//i, '')
        .toLowerCase()
    : null;
}
