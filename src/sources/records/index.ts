import { AfferentError } from '../../../schema/errors.ts';
import type { SourceKind } from '../../../schema/source.ts';
import { findArrivals } from '../reading/arrivals.ts';
import { baseName, entriesOf, toParts } from '../reading/container.ts';
import { RecordCounter } from './count.ts';
import { parseRecords } from './parse.ts';

/** Records of our own shape as JSON lines: what a study's own apps push or write. */
export const records: SourceKind = {
  manifest: {
    kind: 'records',
    title: 'Records of our own shape as JSON lines',
    unit: 'a line that is not blank',
    yields: ['post', 'event', 'self-report', 'series'],
    mapped: false,
    version: 1,
    pushes: { 'application/x-ndjson': 'records' },
  },
  arrivals: (path) => findArrivals(path, { isExport: () => false, deep: false }),
  parts: async (arrival) =>
    toParts(await entriesOf(arrival, true), ({ name }) => (/\.(?:jsonl|ndjson)$/.test(baseName(name)) ? 'records' : null)),
  counter: () => new RecordCounter(),
  parse(part, chunks, context) {
    if (part.role !== 'records') throw new AfferentError('not-this-kind');
    return parseRecords(chunks, context);
  },
};
