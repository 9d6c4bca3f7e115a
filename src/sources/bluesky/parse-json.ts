import type { ParseContext, Parsed, Part } from '../../../schema/source.ts';
import { DriftOnce } from '../reading/drift.ts';
import { fieldsOf } from '../reading/json-unit.ts';
import { LineSlicer } from '../reading/lines.ts';
import { nestedUnits } from '../reading/nested-units.ts';
import { excluded, quarantined } from '../reading/quarantine.ts';
import type { Unit } from '../reading/unit.ts';
import { type Handed, locate } from './locate.ts';
import { recordPaths } from './places.ts';
import { settleRecord } from './record.ts';

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
    const handed = locate(read.fields);
    if (account === null) return quarantined({ ...unit, bytes: Buffer.alloc(0) }, 'no-account');
    if (handed.isRepost) return excluded(unit, 'repost');
    if (!isBy(handed, account)) return excluded(unit, 'other-person');
    // What was deleted is taken back by the feed that says so; a file of events holds no words there.
    if (handed.isDelete || read.fields.kind === 'identity' || read.fields.kind === 'account') return excluded(unit, 'not-collected');
    return settleRecord(unit, handed, drift, context);
  });
}

/** The one account that every record of the part is of, or null where there are several or none. */
async function soleAuthor(part: Part): Promise<string | null> {
  const authors = new Set<string>();
  const look: Settle = (unit) => {
    const read = fieldsOf(unit);
    const handed = 'fault' in read ? null : locate(read.fields);
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
  if (role !== 'lines') {
    yield* nestedUnits(chunks, { units: recordPaths, facts: [] }, settle);
    return;
  }
  const slicer = new LineSlicer('alone');
  for await (const chunk of chunks) for (const unit of slicer.push(chunk)) yield settle(unit);
  for (const unit of slicer.end()) yield settle(unit);
}

/** An account is declared by its number (`did:plc:…`) or its name. */
function isBy({ did, handle }: Handed, account: string): boolean {
  const wanted = account.trim().replace(/^@/, '').toLowerCase();
  return [did, handle].some((name) => name?.toLowerCase() === wanted);
}
