import { AfferentError } from '../../../schema/errors.ts';
import type { ParseContext, Parsed, UnitCounter } from '../../../schema/source.ts';
import { Clock } from '../reading/clock.ts';
import { JsonUnitCounter } from '../reading/count-document-units.ts';
import { RowCounter } from '../reading/count-rows.ts';
import type { JsonPath } from '../reading/document-paths.ts';
import { readDocument } from '../reading/documents.ts';
import { DriftOnce, noteUnknown } from '../reading/drift.ts';
import { left } from '../reading/outcome.ts';
import { type Row, readTable } from '../reading/tables.ts';
import { ApiAnswer, apiPaths } from './api.ts';
import type { AccountFacts } from './facts.ts';
import { knownFields } from './known-fields.ts';
import { logOutcome, logRoles } from './logs.ts';
import { SECTIONS_ROLE, SectionCounter } from './sections.ts';
import { seriesOutcome, seriesRoles } from './series.ts';
import { tableRole } from './tables.ts';
import { parseSections } from './web-export.ts';

const ELEMENTS: readonly JsonPath[] = [['[]']];

/** A counter for a file of this role. */
export function counterFor(role: string | null): UnitCounter {
  if (role === SECTIONS_ROLE) return new SectionCounter();
  if (role !== null && tableRole(role) !== undefined) return new RowCounter();
  return new JsonUnitCounter(role === 'api' ? apiPaths : ELEMENTS);
}

/** Units of a file of this role. Throws `wrong-participant`, `not-this-kind`. */
export function parseFile(
  role: string | null,
  chunks: AsyncIterable<Buffer>,
  context: ParseContext,
  facts: AccountFacts,
): AsyncGenerator<Parsed> {
  const account = context.account?.toLowerCase() ?? null;
  if (account !== null && facts.names.length > 0 && !facts.names.includes(account)) throw new AfferentError('wrong-participant');
  const clock = new Clock(context, facts.zone);
  const drift = new DriftOnce(context);
  if (role === 'api') {
    const answer = new ApiAnswer(clock, facts);
    return readDocument(chunks, apiPaths, drift, (value, unit) => answer.outcome(value, unit));
  }
  if (role === SECTIONS_ROLE) return parseSections(chunks, clock, drift);
  const table = role === null ? undefined : tableRole(role);
  if (table !== undefined) {
    const { person, nameOf, outcome } = table;
    const isOther = (row: Row): boolean => person !== undefined && account !== null && row[person]?.toLowerCase() !== account;
    return readTable(chunks, nameOf === undefined ? {} : { nameOf }, drift, (row) =>
      isOther(row) ? left('other-person') : outcome(row, clock),
    );
  }
  const isSeries = role !== null && Object.hasOwn(seriesRoles, role);
  if (role === null || !(isSeries || Object.hasOwn(logRoles, role))) throw new AfferentError('not-this-kind');
  const known = knownFields(role);
  return readDocument(chunks, ELEMENTS, drift, (value) => {
    noteUnknown(drift, value, known);
    return isSeries ? seriesOutcome(role, value, clock) : logOutcome(role, value, clock, facts);
  });
}
