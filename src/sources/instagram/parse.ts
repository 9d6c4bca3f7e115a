import type { ParseContext, Parsed } from '../../../schema/source.ts';
import { Clock } from '../reading/clock.ts';
import { asObject, type JsonObject, objectsIn } from '../reading/json-values.ts';
import { readLists } from '../reading/list-units.ts';
import { membersNoted } from '../reading/listed-names.ts';
import { contentId } from '../reading/measurements.ts';
import { repairMojibake } from '../reading/mojibake.ts';
import { bad, left, type Outcome } from '../reading/outcome.ts';
import { outsideText } from '../reading/outside-text.ts';
import { postOutcome } from '../reading/settle-post.ts';
import type { InstagramRole } from './files.ts';

/** Entries of one file. */
export function parseFile(chunks: AsyncIterable<Buffer>, role: InstagramRole, context: ParseContext): AsyncGenerator<Parsed> {
  const clock = new Clock(context);
  const noteMember = membersNoted(context);
  const post = (kind: 'own' | 'reply', time: unknown, text: unknown, uri: unknown): Outcome => {
    if (text === undefined || text === null) return left('empty');
    const repaired = typeof text === 'string' ? repairMojibake(text) : text;
    const at = clock.utcAt(time);
    const place = typeof uri === 'string' ? uri : '';
    const id = contentId('instagram', kind, at?.utc, outsideText(repaired), place);
    return postOutcome({ id, time: at, text: repaired, kind, audience: 'unknown' }, context);
  };
  return readLists(chunks, (value, path) => {
    if (role === 'messages' || role === 'old-messages') {
      if (path.at(-1) !== 'participants') return left('direct-message');
      noteMember(value);
      return left('not-collected');
    }
    // What was thrown away is kept for a month: its words are not for us.
    if (role === 'deleted') return left('deletion');
    if (typeof value === 'string') return left('empty');
    if (role === 'old-comments') return oldComment(value, post);
    const entry = asObject(value);
    if (entry === null) return bad('wrong-shape', 'text');
    if (role === 'old-media') return path[0] === 'direct' ? left('direct-message') : post('own', entry.taken_at, entry.caption, entry.path);
    return role === 'comments' ? comment(entry, post) : media(entry, post);
  });
}

type PostOf = (kind: 'own' | 'reply', time: unknown, text: unknown, uri: unknown) => Outcome;

/** A post: its title and time are its own where it has several pictures, else those of the one. */
function media(entry: JsonObject, post: PostOf): Outcome {
  const [first] = objectsIn(entry.media);
  const time = entry.creation_timestamp ?? first?.creation_timestamp ?? entry.taken_at ?? entry.timestamp;
  const text = entry.title ?? first?.title ?? entry.caption ?? objectsIn(entry.label_values).find(isCaption)?.value;
  // Only posts of Threads say whether they answer another.
  const kind = asObject(first?.text_app_post)?.is_reply === true ? 'reply' : 'own';
  return post(kind, time, text, first?.uri ?? entry.uri);
}

/** Downloads of 2025 and later list what a post has under labels. */
function isCaption({ label }: JsonObject): boolean {
  return label === 'Caption' || label === 'Title' || label === 'Text';
}

/** A comment: labels are in the account's language, but the comment is always the first of them that has words. */
function comment(entry: JsonObject, post: PostOf): Outcome {
  const map = asObject(entry.string_map_data);
  const values = objectsIn(map === null ? (entry.label_values ?? entry.string_list_data) : Object.values(map));
  const named =
    asObject(map?.Comment)?.value ??
    values.find(({ value, label }) => label === 'Comment' || (typeof value === 'string' && value !== ''))?.value;
  const timed = values.find(({ timestamp, timestamp_value: other }) => isTime(timestamp) || isTime(other));
  return post('reply', timed?.timestamp ?? timed?.timestamp_value ?? entry.timestamp, named, null);
}

function isTime(value: unknown): boolean {
  return typeof value === 'number' && value > 0;
}

/** Time, text and the account that was written to. */
function oldComment(value: unknown, post: PostOf): Outcome {
  return Array.isArray(value) ? post('reply', value[0], value[1], value[2]) : bad('wrong-shape', 'text');
}
