import { AfferentError } from '../../../schema/errors.ts';
import type { SourceKind } from '../../../schema/source.ts';
import { findArrivals } from '../reading/arrivals.ts';
import { columnsOf, says } from '../reading/claims.ts';
import { baseName, type Entry, entriesOf, toParts } from '../reading/container.ts';
import { headOf } from '../reading/head-of.ts';
import { JsonUnitCounter, RowCounter } from './count.ts';
import { LIST, parseList, parseTable } from './parse.ts';
import { tableName, tables } from './tables.ts';

/** Tables of the AWARE framework, as its database exports them. */
export const aware: SourceKind = {
  manifest: {
    kind: 'aware',
    title: 'AWARE (phone sensing)',
    unit: 'a row of a table below its header, an entry of a list of rows',
    yields: ['series', 'event', 'self-report'],
    mapped: false,
    version: 4,
  },
  arrivals: (path) => findArrivals(path, { isExport: () => false, deep: false }),
  async parts(arrival) {
    const entries = await entriesOf(arrival, true);
    const read = new Set<Entry>();
    for (const entry of entries) if (await isTable(entry)) read.add(entry);
    return toParts(entries, (entry) => (read.has(entry) ? tableName(baseName(entry.name)) : null));
  },
  counter: ({ name }) => (isJson(name) ? new JsonUnitCounter(LIST) : new RowCounter()),
  parse(part, chunks, context) {
    if (part.role === null) throw new AfferentError('not-this-kind');
    return isJson(part.name) ? parseList(chunks, part.role, context) : parseTable(chunks, part.role, context);
  },
};

/** Rows as a server hands them out in JSON. */
const ROWS = /^\s*\[\s*\{[^{}]*"timestamp"\s*:\s*"?\d/;
const ABOUT_ROW = ['timestamp', 'device_id', 'local_date_time', 'local_start_date_time'];

function isJson(name: string): boolean {
  return baseName(name).endsWith('.json');
}

/** A table that is known by name and says when, or one whose rows say when and on which phone: other makers have messages and calls too. */
async function isTable(entry: Entry): Promise<boolean> {
  const base = baseName(entry.name);
  if (!/\.(?:csv|json)$/.test(base) || entry.refused !== null) return false;
  const head = await headOf(entry);
  const isNamed = Object.hasOwn(tables, tableName(base));
  if (!says(head)) return isNamed;
  if (base.endsWith('.json')) return isNamed ? /"(?:timestamp|device_id)"\s*:/.test(head) : /"device_id"\s*:/.test(head) && ROWS.test(head);
  const columns = columnsOf(head);
  if (isNamed) return ABOUT_ROW.some((name) => columns.includes(name));
  return columns.includes('timestamp') && columns.includes('device_id');
}
