import type { Parsed } from '../../../schema/source.ts';
import type { Clock } from '../reading/clock.ts';
import { JsonUnitSlicer } from '../reading/document-units.ts';
import { readDocument, unitOutcome } from '../reading/documents.ts';
import type { DriftOnce } from '../reading/drift.ts';
import { bad, settled } from '../reading/outcome.ts';
import { oneOf } from '../reading/unit.ts';
import { hasTotals, type PolarRole, paths } from './files.ts';
import { pointOutcome } from './samples.ts';
import { dayOutcome, nightOutcome, sessionOutcome } from './totals.ts';

/** Units of a file of this role. */
export function parseFile(role: PolarRole, chunks: AsyncIterable<Buffer>, clock: Clock, drift: DriftOnce): AsyncGenerator<Parsed> {
  if (role === 'sleep' || role === 'night') return readDocument(chunks, paths[role], drift, (value) => nightOutcome(role, value, clock));
  if (hasTotals(role)) return withTotals(role, chunks, clock);
  return readDocument(chunks, paths[role], drift, (value, unit) => pointOutcome(role, value, unit, clock));
}

/**
 * Samples of a document, and at its end the document itself: its totals, or why it is not whole. A sample that is read again in its frame
 * has the totals of that frame behind it.
 */
async function* withTotals(role: PolarRole, chunks: AsyncIterable<Buffer>, clock: Clock): AsyncGenerator<Parsed> {
  const slicer = new JsonUnitSlicer(paths[role]);
  for await (const chunk of chunks) {
    for (const unit of slicer.push(chunk))
      yield settled(
        oneOf(unit, 0, 2),
        unitOutcome(unit, (value) => pointOutcome(role, value, unit, clock)),
      );
  }
  const { how, rest } = slicer.end();
  if (how === 'whole' && slicer.closed.length === 0 && !slicer.begun) return;
  if (how === 'no-document') yield settled(rest, bad('not-this-kind'));
  else if (how === 'cut-off') yield settled(rest, bad('part-unreadable'));
  else if (how === 'followed-by-more') yield settled(rest, bad('wrong-shape'));
  else yield settled(rest, role === 'session' ? sessionOutcome(slicer.closed, clock) : dayOutcome(slicer.closed, clock));
}
