import { AfferentError } from '../../../schema/errors.ts';
import type { SourceKind } from '../../../schema/source.ts';
import { findArrivals } from '../reading/arrivals.ts';
import { Clock } from '../reading/clock.ts';
import { baseName, entriesOf, toParts } from '../reading/container.ts';
import { JsonUnitCounter } from '../reading/count-document-units.ts';
import { RowCounter } from '../reading/count-rows.ts';
import type { JsonPath } from '../reading/document-paths.ts';
import { isFields, readDocument } from '../reading/documents.ts';
import { DriftOnce } from '../reading/drift.ts';
import { bad } from '../reading/outcome.ts';
import { readTable } from '../reading/tables.ts';
import { entryOutcome, fieldsOf } from './entry.ts';
import { isRead, typeOf } from './types.ts';

/** A list of one type (an answer of the API has it under `data`), or lists by type. */
const LISTS: readonly JsonPath[] = [['[]'], ['*', '[]']];

/** Data of an Oura ring: the app's export, or answers of its API. */
export const oura: SourceKind = {
  manifest: {
    kind: 'oura',
    title: 'Oura export',
    unit: 'a document of a list, or a row of a table below its header',
    yields: ['series', 'event'],
    mapped: false,
    version: 3,
  },
  arrivals: (path) => findArrivals(path, { isExport, deep: true }),
  parts: async (arrival) => toParts(await entriesOf(arrival, true), ({ name }) => roleOf(name)),
  counter: ({ role }) => (role === 'csv' ? new RowCounter() : new JsonUnitCounter(LISTS)),
  parse({ role, name }, chunks, context) {
    const clock = new Clock(context);
    const drift = new DriftOnce(context);
    const own = typeOf(wordOf(name));
    if (role === 'csv') return readTable(chunks, {}, drift, (row) => entryOutcome(own, fieldsOf(row), clock));
    if (role !== 'json') throw new AfferentError('not-this-kind');
    return readDocument(chunks, LISTS, drift, (entry, { path }) => {
      if (!isFields(entry)) return bad('wrong-shape');
      const type = path === '' || path === 'data' ? own : typeOf(path);
      if (!isRead(type)) drift.note('unknown-field', path);
      return entryOutcome(type, entry, clock);
    });
  },
};

function wordOf(name: string): string {
  return baseName(name).replace(/\.\w+$/, '');
}

function roleOf(name: string): 'csv' | 'json' | null {
  const base = baseName(name);
  const read = isRead(typeOf(wordOf(name)));
  if (base.endsWith('.csv')) return read ? 'csv' : null;
  return base.endsWith('.json') && (read || /^oura\b|^oura_/.test(base)) ? 'json' : null;
}

function isExport(names: string[]): boolean {
  return names.some((name) => roleOf(name) !== null || name.toLowerCase() === 'app data');
}
