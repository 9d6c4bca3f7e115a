import { AfferentError } from '../../../schema/errors.ts';
import type { SourceKind } from '../../../schema/source.ts';
import { findArrivals } from '../reading/arrivals.ts';
import { says } from '../reading/claims.ts';
import { baseName, type Entry, entriesOf, toParts } from '../reading/container.ts';
import { headOf } from '../reading/head-of.ts';
import { RowCounter } from './count.ts';
import { parseTable } from './parse.ts';
import { tableName, tables } from './tables.ts';

/** Tables of the AWARE framework, as its database exports them. */
export const aware: SourceKind = {
  manifest: {
    kind: 'aware',
    title: 'AWARE (phone sensing)',
    unit: 'a row of a table below its header',
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
  counter: () => new RowCounter(),
  parse(part, chunks, context) {
    if (part.role === null) throw new AfferentError('not-this-kind');
    return parseTable(chunks, part.role, context);
  },
};

/** A table that is known by name and says when, or one whose rows say when and on which phone: other makers have messages and calls too. */
async function isTable(entry: Entry): Promise<boolean> {
  const base = baseName(entry.name);
  if (!base.endsWith('.csv') || entry.refused !== null) return false;
  const head = await headOf(entry);
  const isNamed = Object.hasOwn(tables, tableName(base));
  if (!says(head)) return isNamed;
  const header = head.split('\n', 1)[0] ?? '';
  if (isNamed) return /timestamp|device_id|local_(?:start_)?date_time/.test(header);
  return /(?:^|,)"?timestamp"?(?:,|$)/.test(header.trim()) && header.includes('device_id');
}
