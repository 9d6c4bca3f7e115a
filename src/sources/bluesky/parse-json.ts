import type { ParseContext, Parsed, Part } from '../../../schema/source.ts';
import { DriftOnce } from '../reading/drift.ts';
import { fieldsOf } from '../reading/json-unit.ts';
import { MAX_UNIT_BYTES } from '../reading/limits.ts';
import { LineSlicer } from '../reading/lines.ts';
import { nestedUnits } from '../reading/nested-units.ts';
import { excluded, quarantined } from '../reading/quarantine.ts';
import { isBlank, PendingBytes, type Unit } from '../reading/unit.ts';
import { type Handed, locate } from './locate.ts';
import { pathsOf } from './places.ts';
import { settleRecord } from './record.ts';

/** A file of one record, and what its folders say of where it stands. */
export interface RecordPart extends Part {
  place: { did: string | null; collection: string; key: string } | null;
}

/** Told by a path: `…/did:plc:…/app.bsky.feed.post/3k….json`. */
export function placeOf(path: string): RecordPart['place'] {
  const [, collection, key] = /([a-z][\w-]*(?:\.[\w-]+){2,})[\\/]([^\\/]+)\.json$/i.exec(path) ?? [];
  const did = /(?:^|[\\/])(did[:_][a-z]+[:_][\w.%-]+)[\\/]/.exec(path)?.[1]?.replace(/^did_([a-z]+)_/, 'did:$1:') ?? null;
  return collection === undefined || key === undefined ? null : { did, collection, key };
}

type Chunks = AsyncIterable<Buffer>;
type Settle = (unit: Unit) => Parsed;

/** Records in JSON or lines of JSON. Without a declared account they are read where all are of one and the same. */
export async function* parseRecords(part: Part, chunks: Chunks, context: ParseContext): AsyncGenerator<Parsed> {
  const account = context.account ?? (await soleAuthor(part));
  const drift = new DriftOnce(context);
  yield* unitsOf(part.role, chunks, ({ bytes, end, tooLong, frame }) => {
    // By itself a record would be its own author's.
    const unit: Unit = context.account === null || frame === undefined ? { bytes, end, tooLong } : { bytes, end, tooLong, frame };
    const read = fieldsOf(unit);
    if ('fault' in read) return read.fault;
    const handed = placed(locate(read.fields), part);
    if (account === null) return quarantined({ ...unit, bytes: Buffer.alloc(0) }, 'no-account');
    if (handed.isRepost) return excluded(unit, 'repost');
    if (!isBy(handed, account)) return excluded(unit, 'other-person');
    // What was deleted is taken back by the feed that says so; a file of events holds no words there.
    if (handed.isDelete || read.fields.kind === 'identity' || read.fields.kind === 'account') return excluded(unit, 'not-collected');
    return settleRecord(unit, handed, drift, context);
  });
}

/** A record in a file of its own stands in folders that are called as its address: account, collection, key. */
function placed(handed: Handed, part: Part): Handed {
  const place = part.role === 'record' && handed.uri === null ? (part as RecordPart).place : undefined;
  if (place === undefined || place === null) return handed;
  const { did, collection, key } = place;
  return { ...handed, did: did ?? handed.did, collection, uri: did === null ? null : `at://${did}/${collection}/${key}` };
}

/** The one account that every record of the part is of, or null where there are several or none. */
async function soleAuthor(part: Part): Promise<string | null> {
  const authors = new Set<string>();
  const look: Settle = (unit) => {
    const read = fieldsOf(unit);
    const handed = 'fault' in read ? null : placed(locate(read.fields), part);
    if (handed?.isRepost === false && handed.did !== null) authors.add(handed.did);
    return excluded(unit, 'empty');
  };
  try {
    for await (const _ of unitsOf(part.role, (await part.open()) as Chunks, look)) if (authors.size > 1) return null;
  } catch {
    // Where the part breaks is told when it is read; what came before has its authors all the same.
  }
  return [...authors][0] ?? null;
}

async function* unitsOf(role: string | null, chunks: Chunks, settle: Settle): AsyncGenerator<Parsed> {
  if (role === 'record') {
    const unit = await wholeOf(chunks);
    if (unit !== null) yield settle(unit);
    return;
  }
  if (role !== 'lines') {
    yield* nestedUnits(chunks, { units: pathsOf(role), facts: [] }, settle);
    return;
  }
  const slicer = new LineSlicer('alone');
  for await (const chunk of chunks) for (const unit of slicer.push(chunk)) yield settle(unit);
  for (const unit of slicer.end()) yield settle(unit);
}

/** A file that is one record, or null where nothing is in it. */
async function wholeOf(chunks: Chunks): Promise<Unit | null> {
  const pending = new PendingBytes(MAX_UNIT_BYTES);
  let end = 0;
  for await (const chunk of chunks) {
    pending.add(chunk);
    end += chunk.length;
  }
  const unit = pending.take(Buffer.alloc(0), end);
  return isBlank(unit.bytes) && !unit.tooLong ? null : unit;
}

/** An account is declared by its number (`did:plc:…`) or its name. */
function isBy({ did, handle }: Handed, account: string): boolean {
  const wanted = account.trim().replace(/^@/, '').toLowerCase();
  return [did, handle].some((name) => name?.toLowerCase() === wanted);
}
