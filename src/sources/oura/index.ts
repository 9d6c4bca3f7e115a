import { AfferentError } from '../../../schema/errors.ts';
import type { SourceKind } from '../../../schema/source.ts';
import { findArrivals } from '../reading/arrivals.ts';
import { claimed, hasColumn, hasField } from '../reading/claims.ts';
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

/** A list of one type (an answer of the API has it under `data`), lists by type, or answers by type. */
const LISTS: readonly JsonPath[] = [['[]'], ['*', '[]'], ['*', 'data', '[]']];

/** Data of an Oura ring: the app's export, or answers of its API. */
export const oura: SourceKind = {
  manifest: {
    kind: 'oura',
    title: 'Oura export',
    unit: 'a document of a list, or a row of a table below its header',
    yields: ['series', 'event'],
    mapped: false,
    version: 4,
  },
  arrivals: (path) => findArrivals(path, { isExport, deep: true }),
  async parts(arrival) {
    const entries = await entriesOf(arrival, true);
    return toParts(entries, await claimed(entries, roleOf, checkOf));
  },
  counter: ({ role }) => (role === 'csv' ? new RowCounter() : new JsonUnitCounter(LISTS)),
  parse({ role, name }, chunks, context) {
    const clock = new Clock(context);
    const drift = new DriftOnce(context);
    const own = typeOf(wordOf(name));
    if (role === 'csv') return readTable(chunks, {}, drift, (row) => entryOutcome(own, fieldsOf(row), clock));
    if (role !== 'json') throw new AfferentError('not-this-kind');
    return readDocument(chunks, LISTS, drift, (entry, { path }) => {
      if (!isFields(entry)) return bad('wrong-shape');
      const type = path === '' || path === 'data' ? own : typeOf(path.replace(/\W+data$/, ''));
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

const COLUMNS = ['day', 'summary_date', 'timestamp', 'bedtime_start', 'start_datetime', 'start_day'];
const hasTimes = new RegExp(`"(?:${COLUMNS.join('|')}|next_token|bpm)"\\s*:`);

/** Nights, workouts and activities have files of these names at other makers as well: those have times under other names. */
function checkOf(role: 'csv' | 'json', name: string): ((head: string) => boolean) | null {
  if (/^oura/.test(baseName(name))) return null;
  return role === 'csv' ? hasColumn(...COLUMNS) : hasField(hasTimes);
}

function isExport(names: string[]): boolean {
  return names.some((name) => roleOf(name) !== null || name.toLowerCase() === 'app data');
}
