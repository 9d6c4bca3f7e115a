import { AfferentError } from '../../../schema/errors.ts';
import type { SourceKind } from '../../../schema/source.ts';
import { findArrivals } from '../reading/arrivals.ts';
import { baseName, entriesOf, toParts } from '../reading/container.ts';
import { LineCounter, RowCounter } from './count.ts';
import { parseCsvRows, parseJsonLines } from './parse.ts';

/** Posts as JSON lines or CSV, each file an arrival, under a declared mapping. */
export const posts: SourceKind = {
  manifest: {
    kind: 'posts',
    title: 'Posts in JSONL or CSV',
    unit: 'a line of JSONL, or a row of CSV below its header',
    yields: ['post'],
    mapped: true,
    version: 1,
    pushes: { 'application/x-ndjson': 'jsonl', 'text/csv': 'csv' },
  },
  arrivals: (path) => findArrivals(path, { isExport: () => false, deep: false }),
  parts: async (arrival) => toParts(await entriesOf(arrival, true), (entry) => roleOf(entry.name)),
  counter: (part) => (part.role === 'csv' ? new RowCounter() : new LineCounter()),
  parse(part, chunks, context) {
    if (part.role === 'csv') return parseCsvRows(chunks, context);
    if (part.role === 'jsonl') return parseJsonLines(chunks, context);
    throw new AfferentError('not-this-kind');
  },
};

function roleOf(name: string): 'jsonl' | 'csv' | null {
  const base = baseName(name);
  if (base.endsWith('.jsonl') || base.endsWith('.ndjson')) return 'jsonl';
  return base.endsWith('.csv') || base.endsWith('.tsv') ? 'csv' : null;
}
