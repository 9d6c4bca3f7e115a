import type { ParseContext, Parsed } from '../../../schema/source.ts';
import { Clock } from '../reading/clock.ts';
import { DriftOnce } from '../reading/drift.ts';
import { asObject, type JsonObject, objectsIn } from '../reading/json-values.ts';
import { readLists } from '../reading/list-units.ts';
import { membersNoted } from '../reading/listed-names.ts';
import { contentId } from '../reading/measurements.ts';
import { repairMojibake } from '../reading/mojibake.ts';
import { bad, left, type Outcome } from '../reading/outcome.ts';
import { outsideText } from '../reading/outside-text.ts';
import { postOutcome } from '../reading/settle-post.ts';
import type { FacebookRole } from './files.ts';

const KNOWN: ReadonlySet<string> = new Set([
  'timestamp',
  'data',
  'title',
  'attachments',
  'tags',
  'media',
  'label_values',
  'fbid',
  'place',
  'name',
]);

/** Entries of one file. `name` is the account's own, where the download says it. */
export function parseFile(
  chunks: AsyncIterable<Buffer>,
  role: FacebookRole,
  name: string | null,
  context: ParseContext,
): AsyncGenerator<Parsed> {
  const clock = new Clock(context);
  const drift = new DriftOnce(context);
  const noteMember = membersNoted(context);
  return readLists(chunks, (value, path) => {
    if (role === 'messages') {
      if (path.at(-1) === 'participants') noteMember(value);
      return path.at(-1) === 'messages' ? left('direct-message') : left('not-collected');
    }
    if (role === 'others') return left('other-person');
    const entry = asObject(value);
    if (entry === null) return bad('wrong-shape', 'text');
    for (const field of Object.keys(entry)) if (!KNOWN.has(field)) drift.note('unknown-field', field);
    // Lists of posts and of comments may stand in one file.
    const isComment = role === 'comments' || path.some((key) => /comment/.test(key));
    return isComment ? comment(entry, name, clock, context) : post(entry, clock, context);
  });
}

/** What the person wrote; words of what is shared or attached are others'. */
function post(entry: JsonObject, clock: Clock, context: ParseContext): Outcome {
  const data = objectsIn(entry.data);
  const text = data.find((part) => typeof part.post === 'string')?.post ?? labelled(entry);
  const edited = data.find((part) => typeof part.update_timestamp === 'number')?.update_timestamp;
  return written('own', entry.timestamp, text, edited, clock, context);
}

function comment(entry: JsonObject, name: string | null, clock: Clock, context: ParseContext): Outcome {
  const inner = objectsIn(objectsIn(entry.data).map((part) => part.comment))[0];
  const author = typeof inner?.author === 'string' ? repairMojibake(inner.author) : null;
  if (author !== null && name !== null && author !== name) return left('other-person');
  return written('reply', inner?.timestamp ?? entry.timestamp, inner?.comment ?? labelled(entry), undefined, clock, context);
}

/** The words of an entry in the form of 2024 and later: a list of labels with values. */
function labelled(entry: JsonObject): unknown {
  const values = objectsIn(entry.label_values);
  return values.find(({ label }) => label === 'Post' || label === 'Comment' || label === 'Text')?.value;
}

function written(kind: 'own' | 'reply', time: unknown, text: unknown, edited: unknown, clock: Clock, context: ParseContext): Outcome {
  if (text === undefined || text === null) return left('empty');
  const repaired = typeof text === 'string' ? repairMojibake(text) : text;
  const at = clock.utcAt(time);
  const id = contentId('facebook', kind, at?.utc, outsideText(repaired));
  const version = edited === undefined ? null : (clock.utcAt(edited)?.utc ?? null);
  return postOutcome({ id, time: at, text: repaired, kind, audience: 'unknown', version }, context);
}
