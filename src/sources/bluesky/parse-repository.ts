import { decode } from '@ipld/dag-cbor';
import { AfferentError } from '../../../schema/errors.ts';
import type { ParseContext, Parsed, Part } from '../../../schema/source.ts';
import { DriftOnce } from '../reading/drift.ts';
import { isFields } from '../reading/json-unit.ts';
import { excluded, quarantined } from '../reading/quarantine.ts';
import type { Unit } from '../reading/unit.ts';
import { blockOf } from './block.ts';
import { isCommit, isNode, type Keys, readKeys } from './keys.ts';
import { POSTS, settleRecord } from './record.ts';
import { revisionTime } from './revision.ts';
import { SectionSlicer } from './sections.ts';

/** Blocks of a repository's CAR file. Throws `not-this-kind`, `wrong-participant` where the account is another one. */
export async function* parseRepository(part: Part, chunks: AsyncIterable<Buffer>, context: ParseContext): AsyncGenerator<Parsed> {
  const keys = await readKeys(part);
  const declared = context.account?.trim().toLowerCase() ?? '';
  if (declared.startsWith('did:') && keys.did !== null && keys.did !== declared) throw new AfferentError('wrong-participant');
  const drift = new DriftOnce(context);
  const slicer = new SectionSlicer();
  let checked = false;
  for await (const chunk of chunks) {
    const units = slicer.push(chunk);
    if (!checked && slicer.header !== null) {
      if (!isHeader(slicer.header)) throw new AfferentError('not-this-kind');
      checked = true;
    }
    for (const unit of units) yield settleBlock(unit, keys, drift, context);
  }
  const { how, rest } = slicer.end();
  if (how === 'cut-off') yield quarantined(rest, 'part-unreadable');
  if (how === 'no-header') yield quarantined(rest, 'not-this-kind');
}

function settleBlock(unit: Unit, keys: Keys, drift: DriftOnce, context: ParseContext): Parsed {
  if (unit.tooLong) return quarantined(unit, 'line-too-long');
  const block = blockOf(unit.bytes);
  if (block === null) return quarantined(unit, 'wrong-shape');
  const { value: record, digest } = block;
  if (isCommit(record) || isNode(record)) return excluded(unit, 'not-collected');
  const key = keys.posts.get(digest);
  const uri = keys.did === null || key === undefined ? null : `at://${keys.did}/${key}`;
  const located = { uri, collection: key === undefined ? null : POSTS, record, exported: revisionTime(keys.revision) };
  return settleRecord(unit, located, drift, context);
}

function isHeader(bytes: Buffer): boolean {
  try {
    const header: unknown = decode(bytes);
    return isFields(header) && header.version === 1 && Array.isArray(header.roots);
  } catch {
    return false;
  }
}
