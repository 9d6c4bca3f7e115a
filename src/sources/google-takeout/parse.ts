import { AfferentError } from '../../../schema/errors.ts';
import type { ParseContext, Parsed, UnitCounter } from '../../../schema/source.ts';
import { Clock } from '../reading/clock.ts';
import { JsonUnitCounter } from '../reading/count-document-units.ts';
import { MarkerCounter } from '../reading/count-marked.ts';
import { RowCounter } from '../reading/count-rows.ts';
import type { JsonPath } from '../reading/document-paths.ts';
import { readDocument } from '../reading/documents.ts';
import { DriftOnce } from '../reading/drift.ts';
import { left } from '../reading/outcome.ts';
import { readTable } from '../reading/tables.ts';
import { activityOutcome, CELL, cellOutcome, visitOutcome } from './activity.ts';
import { ENTRY, entryOutcome } from './comment-page.ts';
import { commentOutcome, liveChatOutcome } from './comments.ts';
import { parsePage } from './page.ts';

const PATHS: Readonly<Record<string, readonly JsonPath[]>> = {
  activity: [['[]']],
  history: [['Browser History', '[]']],
  messages: [['messages', '[]']],
};

/** A counter for a file of a role of the Takeout's own. */
export function counterFor(role: string | null): UnitCounter {
  if (role === 'activity-page') return new MarkerCounter(CELL);
  if (role === 'comments-page') return new MarkerCounter(ENTRY);
  return role === 'comments' || role === 'live-chats' ? new RowCounter() : new JsonUnitCounter(PATHS[role ?? ''] ?? []);
}

/** Units of a file of a role of the Takeout's own. Throws `not-this-kind`. */
export function parseFile(role: string | null, chunks: AsyncIterable<Buffer>, context: ParseContext): AsyncGenerator<Parsed> {
  const clock = new Clock(context);
  const drift = new DriftOnce(context);
  const paths = PATHS[role ?? ''] ?? [];
  switch (role) {
    case 'activity':
      return readDocument(chunks, paths, drift, (value) => activityOutcome(value, clock));
    case 'history':
      return readDocument(chunks, paths, drift, (value) => visitOutcome(value, clock));
    // Chats were not made public, and half of them are other people's words: they are counted, nothing else.
    case 'messages':
      return readDocument(chunks, paths, drift, () => left('direct-message'));
    case 'activity-page':
      return parsePage(chunks, CELL, (html) => cellOutcome(html, clock));
    case 'comments-page':
      return parsePage(chunks, ENTRY, (html) => entryOutcome(html, clock));
    case 'comments':
      return readTable(chunks, {}, drift, (row) => commentOutcome(row, clock));
    case 'live-chats':
      return readTable(chunks, {}, drift, (row) => liveChatOutcome(row, clock));
    default:
      throw new AfferentError('not-this-kind');
  }
}
