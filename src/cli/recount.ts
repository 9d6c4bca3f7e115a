import { contentHash } from '../../activities/threads/find-arrivals.ts';
import { countPart, partsOf } from '../sources/account.ts';
import { sourceKind } from '../sources/index.ts';
import type { Recount } from '../store/ledger-check.ts';

/** Counts an arrival again from its file, by the counter alone. */
export const recountFile: Recount = async (source, arrival) => {
  const kind = sourceKind(source.kind);
  try {
    const { hash } = await contentHash(kind, arrival);
    let counted = 0;
    for (const part of await partsOf(kind, arrival)) counted += await countPart(kind, part);
    return { counted, contentHash: hash };
  } catch {
    // Gone, or no longer to be read: the check says so.
    return null;
  }
};
