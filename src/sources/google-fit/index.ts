import type { SourceKind } from '../../../schema/source.ts';
import { findArrivals } from '../reading/arrivals.ts';
import { entriesOf, toParts } from '../reading/container.ts';
import { counterFor, type FitRole, parseFile, roleOf } from './parse.ts';

const MARKS = /^(?:takeout|fit|all data|all sessions|daily activity metrics|daily aggregations)$/;

/** The folder `Fit` of Google Takeout, zipped or unpacked. */
export const googleFit: SourceKind = {
  manifest: {
    kind: 'google-fit',
    title: 'Google Fit from Google Takeout',
    unit: 'a data point, a session, or a row of a table below its header',
    yields: ['series', 'event'],
    mapped: false,
    version: 2,
  },
  arrivals: (path) => findArrivals(path, { isExport, deep: true }),
  parts: async (arrival) => toParts(await entriesOf(arrival, true), (entry) => roleOf(entry.name)),
  counter: (part) => counterFor(part.role as FitRole | null),
  parse: (part, chunks, context) => parseFile(part.role as FitRole | null, part.name, chunks, context),
};

function isExport(names: string[]): boolean {
  return names.some((name) => MARKS.test(name.toLowerCase()) || roleOf(name) !== null);
}

export { roleOf as googleFitRole };
