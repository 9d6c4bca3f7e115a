import { AfferentError } from '../../../schema/errors.ts';
import type { SourceKind } from '../../../schema/source.ts';
import { findArrivals } from '../reading/arrivals.ts';
import { Clock } from '../reading/clock.ts';
import { entriesOf, toParts } from '../reading/container.ts';
import { JsonUnitCounter } from '../reading/count-document-units.ts';
import { DriftOnce } from '../reading/drift.ts';
import { hasTotals, type PolarRole, paths, roleOf } from './files.ts';
import { parseFile } from './parse.ts';

/** The export of a Polar Flow account, zipped or unpacked. */
export const polar: SourceKind = {
  manifest: {
    kind: 'polar',
    title: 'Polar Flow export',
    unit: 'a sample, a night, a training session, the totals of a day',
    yields: ['series', 'event'],
    mapped: false,
    version: 2,
  },
  arrivals: (path) => findArrivals(path, { isExport: (names) => names.some((name) => roleOf(name) !== null), deep: true }),
  parts: async (arrival) => toParts(await entriesOf(arrival, true), ({ name }) => roleOf(name)),
  counter: ({ role }) => new JsonUnitCounter(paths[role as PolarRole] ?? [], hasTotals(role)),
  parse({ role }, chunks, context) {
    if (role === null) throw new AfferentError('not-this-kind');
    return parseFile(role as PolarRole, chunks, new Clock(context), new DriftOnce(context));
  },
};
