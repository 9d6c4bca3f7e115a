import { AfferentError } from '../../../schema/errors.ts';
import type { SourceKind } from '../../../schema/source.ts';
import { findArrivals } from '../reading/arrivals.ts';
import { Clock } from '../reading/clock.ts';
import { baseName, entriesOf, toParts } from '../reading/container.ts';
import { JsonUnitCounter } from '../reading/count-document-units.ts';
import { RowCounter } from '../reading/count-rows.ts';
import { WholeCounter } from '../reading/count-whole.ts';
import type { JsonPath } from '../reading/document-paths.ts';
import { isFields, readDocument } from '../reading/documents.ts';
import { DriftOnce } from '../reading/drift.ts';
import { bad } from '../reading/outcome.ts';
import { readTable } from '../reading/tables.ts';
import { isRead, tableName } from './records.ts';
import { rowOutcome } from './row.ts';

/** Lists of rows: the document itself, or its members by table. */
const ROWS: readonly JsonPath[] = [['[]'], ['*', '[]']];

/** The tables of Health Connect, dumped as CSV or JSON. */
export const healthConnect: SourceKind = {
  manifest: {
    kind: 'health-connect',
    title: 'Health Connect tables',
    unit: 'a row of a table',
    yields: ['series', 'event'],
    mapped: false,
    version: 1,
  },
  arrivals: (path) => findArrivals(path, { isExport, deep: true }),
  parts: async (arrival) =>
    toParts(
      await entriesOf(arrival, true),
      ({ name }) => roleOf(name),
      (role) => role === 'database',
    ),
  counter({ role }) {
    if (role === 'database') return new WholeCounter();
    return role === 'json' ? new JsonUnitCounter(ROWS) : new RowCounter();
  },
  parse({ role, name }, chunks, context) {
    const clock = new Clock(context);
    const drift = new DriftOnce(context);
    const own = tableName(wordOf(name));
    if (role === 'csv') return readTable(chunks, {}, drift, (row) => rowOutcome(own, row, clock));
    if (role === 'json') {
      return readDocument(chunks, ROWS, drift, (row, { path }) =>
        isFields(row) ? rowOutcome(path === '' ? own : tableName(path), row, clock) : bad('wrong-shape'),
      );
    }
    // A database is read at random places, not as a stream: its tables are to be dumped first.
    throw new AfferentError('part-unreadable');
  },
};

/** The name of a file without its extension, as it is written. */
function wordOf(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1).replace(/\.\w+$/, '');
}

function roleOf(name: string): 'csv' | 'json' | 'database' | null {
  const base = baseName(name);
  if (/\.(?:db|sqlite3?)$/.test(base)) return 'database';
  const isTable = isRead(tableName(wordOf(name)));
  if (base.endsWith('.csv')) return isTable ? 'csv' : null;
  return base.endsWith('.json') && (isTable || /health[ _-]?connect/.test(base)) ? 'json' : null;
}

function isExport(names: string[]): boolean {
  return names.some((name) => roleOf(name) !== null);
}
