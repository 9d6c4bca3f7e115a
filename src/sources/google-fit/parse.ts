import { AfferentError } from '../../../schema/errors.ts';
import type { ParseContext, Parsed, UnitCounter } from '../../../schema/source.ts';
import { Clock } from '../reading/clock.ts';
import { baseName } from '../reading/container.ts';
import { JsonUnitCounter } from '../reading/count-document-units.ts';
import { RowCounter } from '../reading/count-rows.ts';
import { WholeCounter } from '../reading/count-whole.ts';
import type { JsonPath } from '../reading/document-paths.ts';
import { readDocument, readWhole } from '../reading/documents.ts';
import { DriftOnce } from '../reading/drift.ts';
import { readTable } from '../reading/tables.ts';
import { dayOutcome, quarterOutcome } from './metrics.ts';
import { pointOutcome } from './points.ts';
import { sessionOutcome } from './sessions.ts';

const POINTS: readonly JsonPath[] = [['Data Points', '[]']];

export type FitRole = 'points' | 'session' | 'quarters' | 'days';

/** What a file is by its name; folders and the summary of days are named in the account's language. */
export function roleOf(name: string): FitRole | null {
  const base = baseName(name);
  if (/^(?:raw|derived)_.*\.json$/.test(base)) return 'points';
  if (/^\d{4}-\d\d-\d\dt\d\d_\d\d_.*_[^_/]+\.json$/.test(base)) return 'session';
  if (/^\d{4}-\d\d-\d\d(?:\s?\(\d+\))?\.csv$/.test(base)) return 'quarters';
  const folder = name.split('/').at(-2)?.toLowerCase();
  const isDays = base === `${folder}.csv` || base === 'daily activity metrics.csv' || base === 'daily summaries.csv';
  return isDays && base.endsWith('.csv') ? 'days' : null;
}

export function counterFor(role: FitRole | null): UnitCounter {
  if (role === 'points') return new JsonUnitCounter(POINTS);
  return role === 'session' ? new WholeCounter() : new RowCounter();
}

/** Units of a file of this role, called `name` within its export. Throws `not-this-kind`. */
export function parseFile(
  role: FitRole | null,
  name: string,
  chunks: AsyncIterable<Buffer>,
  context: ParseContext,
): AsyncGenerator<Parsed> {
  const clock = new Clock(context);
  const drift = new DriftOnce(context);
  switch (role) {
    case 'points':
      return readDocument(chunks, POINTS, drift, (value, unit) => pointOutcome(value, unit, clock, drift));
    case 'session':
      return readWhole(chunks, (value) => sessionOutcome(value, name, clock));
    case 'quarters':
      return readTable(chunks, { mayBeShort: true }, drift, (row) => quarterOutcome(row, name, clock));
    case 'days':
      return readTable(chunks, { mayBeShort: true }, drift, (row) => dayOutcome(row, clock));
    default:
      throw new AfferentError('not-this-kind');
  }
}
