import { isUtf8 } from 'node:buffer';
import { AfferentError } from '../../../schema/errors.ts';
import type { ParseContext, Parsed } from '../../../schema/source.ts';
import { DriftOnce, noteTypes, noteUnknown } from '../reading/drift.ts';
import { type ArrayEnd, ElementSlicer } from '../reading/elements.ts';
import { excluded, ofRecord, quarantined } from '../reading/quarantine.ts';
import { isBlank, type Unit } from '../reading/unit.ts';
import { type ArchiveFacts, levelOf } from './files.ts';
import { knownFields, knownTypes } from './known-fields.ts';
import { deletedFate, type Fate, noteFate, tweetFate } from './tweet.ts';

type Chunks = AsyncIterable<Buffer>;
type Fields = Readonly<Record<string, unknown>>;

/** Posts of a file of tweets or notes, or of those that were deleted. */
export function parsePosts(
  chunks: Chunks,
  role: 'tweets' | 'notes' | 'deleted',
  facts: ArchiveFacts,
  context: ParseContext,
): AsyncGenerator<Parsed> {
  const drift = new DriftOnce(context);
  const fateOf = fates[role];
  return parseArray(chunks, 1, (unit) => {
    if (unit.tooLong) return quarantined(unit, 'line-too-long');
    if (!isUtf8(unit.bytes)) return quarantined(unit, 'bad-encoding');
    const fields = unwrapped(unit.bytes);
    if (fields === null) return quarantined(unit, 'not-json');
    if (role === 'tweets') {
      noteUnknown(drift, fields, knownFields);
      noteTypes(drift, fields, knownTypes);
    }
    return settled(unit, fateOf(fields, facts, context));
  });
}

const fates = { tweets: tweetFate, notes: noteFate, deleted: deletedFate } as const;

/** Direct messages are other people's words too, and were not made public: they are counted, nothing else. */
export function parseMessages(chunks: Chunks): AsyncGenerator<Parsed> {
  return parseArray(chunks, levelOf('messages'), (unit) => excluded(unit, 'direct-message'));
}

async function* parseArray(chunks: Chunks, level: number, settle: (unit: Unit) => Parsed): AsyncGenerator<Parsed> {
  const slicer = new ElementSlicer(level);
  let checked = false;
  for await (const chunk of chunks) {
    const units = slicer.push(chunk);
    if (!checked && slicer.prolog !== null) {
      checkProlog(slicer.prolog);
      checked = true;
    }
    for (const unit of units) yield settle(unit);
  }
  const { how, rest } = slicer.end();
  if (how === 'no-array' && isBlank(rest.bytes)) return;
  if (how !== 'whole') yield quarantined(rest, endReasons[how]);
}

const endReasons = {
  'no-array': 'not-this-kind',
  'cut-off': 'part-unreadable',
  'followed-by-more': 'wrong-shape',
} as const satisfies Record<Exclude<ArrayEnd, 'whole'>, string>;

/** Throws `not-this-kind` where something else than an assignment stands before the array. */
function checkProlog(prolog: Buffer): void {
  if (!/^\s*(?:(?:window\.YTD\.\w+\.part\d+|Grailbird\.data\.\w+)\s*=\s*)?$/.test(prolog.toString('latin1')))
    throw new AfferentError('not-this-kind');
}

/** An element's own fields: recent archives wrap each in an object that names its type. */
function unwrapped(bytes: Buffer): Fields | null {
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString('utf8'));
  } catch {
    return null;
  }
  if (!isFields(value)) return null;
  const inner = value.tweet ?? value.noteTweet;
  return isFields(inner) && Object.keys(value).length === 1 ? inner : value;
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function settled(unit: Unit, fate: Fate): Parsed {
  if (fate.is === 'quarantined') return ofRecord(quarantined(unit, fate.reason, fate.field, fate.day), 'post', fate.id);
  if (fate.is === 'deletion') return { ...fate, units: 1, end: unit.end, type: 'post' };
  if (fate.is === 'excluded') return excluded(unit, fate.reason, fate.day);
  return { is: 'record', units: 1, end: unit.end, day: fate.post.time.day, record: fate.post, exported: fate.exported };
}
