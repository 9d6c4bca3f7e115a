import { isUtf8 } from 'node:buffer';
import type { ParseContext, Parsed } from '../../../schema/source.ts';
import { Clock } from '../reading/clock.ts';
import { asObject, type JsonObject } from '../reading/json-values.ts';
import { readLists } from '../reading/list-units.ts';
import { contentId } from '../reading/measurements.ts';
import { bad, left, type Outcome, settled } from '../reading/outcome.ts';
import { outsideText } from '../reading/outside-text.ts';
import { postOutcome } from '../reading/settle-post.ts';
import { momentFrom } from '../reading/time.ts';
import { BlockSlicer } from './blocks.ts';

type Chunks = AsyncIterable<Buffer>;
type What = 'comment' | 'post' | 'message' | null;

/** Entries of the JSON form, whatever its sections are called in this year's. */
export function parseData(chunks: Chunks, context: ParseContext): AsyncGenerator<Parsed> {
  const writer = new Writer(context);
  return readLists(chunks, (value, path) => {
    const what = whatIn(path.map((key) => key.toLowerCase()));
    if (what === 'message') return left('direct-message');
    if (what === null) return left('not-collected');
    const entry = asObject(value);
    return entry === null ? bad('wrong-shape', 'text') : writer.write(what, lowered(entry));
  });
}

/** Entries of a section in the text form. */
export async function* parseText(chunks: Chunks, what: 'comment' | 'post', context: ParseContext): AsyncGenerator<Parsed> {
  const writer = new Writer(context);
  const slicer = new BlockSlicer();
  for await (const chunk of chunks)
    for (const unit of slicer.push(chunk)) yield settled(unit, fromText(unit.tooLong ? null : unit.bytes, what, writer));
  for (const unit of slicer.end()) yield settled(unit, fromText(unit.tooLong ? null : unit.bytes, what, writer));
}

/** What a list holds, by the keys that lead to it, in lower case. Sections were renamed in 2025 and 2026; these words stayed. */
function whatIn(keys: readonly string[]): What {
  const last = keys.at(-1) ?? '';
  if (keys.some((key) => /direct message|chat history|group chat/.test(key))) return 'message';
  if (keys.some((key) => /history|favou?rite|like|shared?|reposts?|deleted/.test(key)) && last !== 'comments') return null;
  if (/^comments?(?:list)?$/.test(last)) return 'comment';
  return /^(?:videolist|postlist|posts|videos)$/.test(last) && keys.some((key) => /^(?:posts?|videos?)$/.test(key)) ? 'post' : null;
}

function lowered(entry: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(entry).map(([key, value]) => [key.toLowerCase(), value]));
}

function fromText(bytes: Buffer | null, what: 'comment' | 'post', writer: Writer): Outcome {
  if (bytes === null) return bad('line-too-long');
  if (!isUtf8(bytes)) return bad('bad-encoding');
  const fields: Record<string, string> = {};
  let field = '';
  for (const line of bytes.toString('utf8').split('\n')) {
    const found = /^([A-Z][\w() ]{0,30}): ?(.*)$/.exec(line.replace(/\r$/, ''));
    if (found !== null && LABELS.has((found[1] as string).toLowerCase())) {
      field = (found[1] as string).toLowerCase();
      fields[field] = found[2] as string;
    } else if (field !== '') fields[field] += `\n${line.replace(/\r$/, '')}`;
  }
  return fields.date === undefined ? bad('wrong-shape', 'time') : writer.write(what, fields);
}

/** Labels of the text form; any other word before a colon belongs to what the person wrote. */
const LABELS: ReadonlySet<string> = new Set([
  ...['date', 'comment', 'photo', 'url', 'link', 'like', 'like(s)', 'likes', 'title', 'sound', 'location', 'who can view'],
  ...[
    'allow comments',
    'allow stitches',
    'allow duets',
    'allow stickers',
    'allow sharing to story',
    'content disclosure',
    'cover image',
    'original sound',
  ],
  ...['ai-generated content', 'alternate text', 'add yours text', 'description', 'caption'],
]);

class Writer {
  readonly #context: ParseContext;
  readonly #clock: Clock;

  constructor(context: ParseContext) {
    this.#context = context;
    this.#clock = new Clock(context);
  }

  /** A comment, or a post with its title; times are UTC, with or without saying so. */
  write(what: 'comment' | 'post', entry: JsonObject): Outcome {
    const written = entry.date ?? entry.commenttime ?? entry.rawtime;
    const time = this.#clock.utcAt(typeof written === 'string' ? written.trim() : written);
    const text = what === 'comment' ? (entry.comment ?? entry.commentcontent) : (entry.title ?? entry.description ?? entry.caption);
    const words = typeof text === 'string' ? text.trim() : text;
    if (words === undefined || words === null || words === 'N/A') return left('empty', time?.day ?? null);
    const id = contentId('tiktok', what, momentFrom(time?.utc, null)?.utc, outsideText(words));
    const readers = entry.whocanview ?? entry['who can view'];
    const audience = typeof readers === 'string' && /^(?:public|everyone)\s*$/i.test(readers) ? 'public' : 'unknown';
    return postOutcome({ id, time, text: words, kind: what === 'comment' ? 'reply' : 'own', audience }, this.#context);
  }
}
