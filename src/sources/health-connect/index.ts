import { Readable } from 'node:stream';
import { AfferentError } from '../../../schema/errors.ts';
import type { Part, SourceKind } from '../../../schema/source.ts';
import { findArrivals } from '../reading/arrivals.ts';
import { claimed, hasColumn, hasField } from '../reading/claims.ts';
import { Clock } from '../reading/clock.ts';
import { baseName, entriesOf, toParts } from '../reading/container.ts';
import { JsonUnitCounter } from '../reading/count-document-units.ts';
import { LineCounter } from '../reading/count-lines.ts';
import { RowCounter } from '../reading/count-rows.ts';
import { WholeCounter } from '../reading/count-whole.ts';
import type { JsonPath } from '../reading/document-paths.ts';
import { type Fields, isFields, readDocument } from '../reading/documents.ts';
import { DriftOnce } from '../reading/drift.ts';
import { snakeCase } from '../reading/names.ts';
import { bad, left, type Outcome } from '../reading/outcome.ts';
import { ownValue } from '../reading/own-value.ts';
import { readTable } from '../reading/tables.ts';
import { databaseLines } from './database-lines.ts';
import { parseDatabase } from './parse-database.ts';
import { isRead, numberRecords, tableName } from './records.ts';
import { rowOutcome } from './row.ts';

/** Lists of rows: the document itself, or its members by table. */
const ROWS: readonly JsonPath[] = [['[]'], ['*', '[]']];

/** Health Connect: the database of its export, or its tables dumped as CSV or JSON. */
export const healthConnect: SourceKind = {
  manifest: {
    kind: 'health-connect',
    title: 'Health Connect',
    unit: 'a row of a table',
    yields: ['series', 'event'],
    mapped: false,
    version: 3,
  },
  arrivals: (path) => findArrivals(path, { isExport, deep: true }),
  async parts(arrival) {
    const entries = await entriesOf(arrival, true);
    const parts = toParts(entries, await claimed(entries, roleOf, checkOf), (role) => role === 'database' || role === 'log');
    return parts.map((part) => (part.role === 'database' ? { ...part, open: () => rowsIn(part) } : part));
  },
  counter({ role }) {
    if (role === 'database') return new LineCounter();
    if (role === 'log') return new WholeCounter();
    return role === 'json' ? new JsonUnitCounter(ROWS) : new RowCounter();
  },
  parse({ role, name }, chunks, context) {
    const clock = new Clock(context);
    const drift = new DriftOnce(context);
    const own = tableName(wordOf(name));
    if (role === 'csv') return readTable(chunks, {}, drift, (row) => writtenOutcome(own, row, clock));
    if (role === 'json') {
      return readDocument(chunks, ROWS, drift, (row, { path }) =>
        isFields(row) ? writtenOutcome(path === '' ? own : tableName(path), row, clock) : bad('wrong-shape'),
      );
    }
    if (role === 'database') return parseDatabase(chunks, context);
    // What stands in a log has not reached the database, and is read with it or not at all.
    throw new AfferentError('part-unreadable');
  },
};

const APP_NAMES = ['startTime', 'endTime', 'zoneOffset', 'startZoneOffset', 'packageName'];

/** A row of the database, or of an app that reads the platform: its names are of another case, and its masses and shares in units that it does not say. */
function writtenOutcome(table: string, row: Fields, clock: Clock): Outcome {
  if (!APP_NAMES.some((name) => name in row)) return rowOutcome(table, row, clock);
  if (ownValue(numberRecords, table)?.convert !== undefined) return left('not-collected');
  return rowOutcome(table, Object.fromEntries(Object.entries(row).map(([name, value]) => [snakeCase(name), value])), clock);
}

/** The name of a file without its extension, as it is written. */
function wordOf(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1).replace(/\.\w+$/, '');
}

/** The part's stream is that of its rows: a database itself is read at random places. */
async function rowsIn(part: Part): Promise<Readable> {
  return Readable.from(databaseLines((await part.open()) as AsyncIterable<Buffer>), { objectMode: true, highWaterMark: 1 });
}

function roleOf(name: string): 'csv' | 'json' | 'database' | 'log' | null {
  const base = baseName(name);
  if (/\.(?:db|sqlite3?)-(?:wal|journal)$/.test(base)) return 'log';
  if (/\.(?:db|sqlite3?)$/.test(base)) return 'database';
  const isTable = isRead(tableName(wordOf(name)));
  if (base.endsWith('.csv')) return isTable ? 'csv' : null;
  return base.endsWith('.json') && (isTable || /health[ _-]?connect/.test(base)) ? 'json' : null;
}

/** Steps, weights and sleep have tables of these names at other makers as well: what the platform says of every row stands in none of them. */
const COLUMNS = ['row_id', 'uuid', 'app_info_id', 'parent_key', 'epoch_millis', 'start_zone_offset', 'zone_offset', 'local_date'];
const FIELDS = new RegExp(`"(?:${[...COLUMNS, 'start_?time', 'end_?time', 'package_?name'].join('|')})"\\s*:|_?record_?table`, 'i');

function checkOf(role: ReturnType<typeof roleOf>): ((head: string) => boolean) | null {
  if (role === 'csv') return hasColumn(...COLUMNS, 'start_time', 'package_name');
  return role === 'json' ? hasField(FIELDS) : null;
}

function isExport(names: string[]): boolean {
  return names.some((name) => roleOf(name) !== null);
}
