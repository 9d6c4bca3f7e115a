import { AfferentError } from '../../../schema/errors.ts';
import type { ParseContext, Parsed, UnitCounter } from '../../../schema/source.ts';
import type { AccountFacts } from '../fitbit/facts.ts';
import { counterFor as fitbitCounter, parseFile as parseFitbit } from '../fitbit/parse.ts';
import { type FitRole, counterFor as fitCounter, parseFile as parseFit } from '../google-fit/parse.ts';
import { Clock } from '../reading/clock.ts';
import { JsonUnitCounter } from '../reading/count-document-units.ts';
import { MarkerCounter } from '../reading/count-marked.ts';
import { RowCounter } from '../reading/count-rows.ts';
import type { JsonPath } from '../reading/document-paths.ts';
import { readDocument } from '../reading/documents.ts';
import { DriftOnce } from '../reading/drift.ts';
import { left } from '../reading/outcome.ts';
import { readTable } from '../reading/tables.ts';
import { activityOutcome, CELL, visitOutcome } from './activity.ts';
import { commentOutcome } from './comments.ts';
import { parsePage } from './page.ts';

const PATHS: Readonly<Record<string, readonly JsonPath[]>> = {
  activity: [['[]']],
  history: [['Browser History', '[]']],
  messages: [['messages', '[]']],
};

export function counterFor(role: string | null): UnitCounter {
  const [prefix, inner = null] = role?.split(':') ?? [];
  if (prefix === 'fitbit') return fitbitCounter(inner);
  if (prefix === 'fit') return fitCounter(inner as FitRole);
  if (role === 'activity-page') return new MarkerCounter(CELL);
  return role === 'comments' ? new RowCounter() : new JsonUnitCounter(PATHS[role ?? ''] ?? []);
}

/** Units of a file of this role, called `name` within the export. Throws `not-this-kind`, `wrong-participant`. */
export function parseFile(
  role: string | null,
  name: string,
  chunks: AsyncIterable<Buffer>,
  context: ParseContext,
  facts: AccountFacts,
): AsyncGenerator<Parsed> {
  const [prefix, inner = null] = role?.split(':') ?? [];
  if (prefix === 'fitbit') return parseFitbit(inner, chunks, context, facts);
  if (prefix === 'fit') return parseFit(inner as FitRole, name, chunks, context);
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
      return parsePage(chunks, clock);
    case 'comments':
      return readTable(chunks, {}, drift, (row) => commentOutcome(row, clock));
    default:
      throw new AfferentError('not-this-kind');
  }
}
