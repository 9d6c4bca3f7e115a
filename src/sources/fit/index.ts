import { AfferentError } from '../../../schema/errors.ts';
import type { SourceKind } from '../../../schema/source.ts';
import { findArrivals } from '../reading/arrivals.ts';
import { baseName, entriesOf, toParts } from '../reading/container.ts';
import { MessageCounter } from './count.ts';
import { parseFit } from './parse.ts';

/** FIT files of Garmin, Suunto, Coros, Wahoo and others: activities, monitoring, sleep, stress, weight. */
export const fit: SourceKind = {
  manifest: {
    kind: 'fit',
    title: 'FIT files (Garmin and others)',
    unit: 'a data message',
    yields: ['series', 'event'],
    mapped: false,
    version: 3,
  },
  arrivals: (path) => findArrivals(path, { isExport: () => false, deep: false }),
  async parts(arrival) {
    const entries = await entriesOf(arrival, true, true);
    return toParts(
      entries,
      (entry) => (baseName(entry.name).endsWith('.fit') ? 'fit' : null),
      () => true,
    );
  },
  counter: () => new MessageCounter(),
  parse(part, chunks, context) {
    if (part.role !== 'fit') throw new AfferentError('not-this-kind');
    return parseFit(chunks, context);
  },
};
