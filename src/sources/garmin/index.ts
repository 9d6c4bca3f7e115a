import { AfferentError } from '../../../schema/errors.ts';
import type { Part, SourceKind } from '../../../schema/source.ts';
import { findArrivals } from '../reading/arrivals.ts';
import { entriesOf, toParts } from '../reading/container.ts';
import { JsonUnitCounter } from '../reading/count-document-units.ts';
import { exportTimes } from './export-time.ts';
import { FIT_ROLE, type GarminRole, isExport, isOther, ownerIn, pathsOf, refuseUnopened, rolesIn } from './files.ts';
import { parseList } from './parse.ts';

interface GarminPart extends Part {
  exported: string | null;
}

/** The export of a Garmin account, zipped or unpacked. Recordings that it holds are read by `fit`, the kind of their format. */
export function garmin(fit: SourceKind): SourceKind {
  return {
    manifest: {
      kind: 'garmin',
      title: 'Garmin account export',
      unit: 'an entry of a JSON array, a data message of a FIT file',
      yields: ['series', 'event'],
      mapped: false,
      version: 2,
    },
    arrivals: (path) => findArrivals(path, { isExport, deep: true }),
    async parts(arrival): Promise<GarminPart[]> {
      const entries = refuseUnopened(await entriesOf(arrival, true, true));
      const exported = exportTimes(entries.map(({ name }) => name));
      return toParts(entries, await rolesIn(entries), (role) => role === FIT_ROLE).map((part) => ({
        ...part,
        exported: exported(part.name),
      }));
    },
    counter: (part) => (part.role === FIT_ROLE ? fit.counter(part) : new JsonUnitCounter(pathsOf(part.role as GarminRole))),
    parse(part, chunks, context) {
      if (part.role === null) throw new AfferentError('not-this-kind');
      if (isOther(context.account, ownerIn(part.name))) throw new AfferentError('wrong-participant');
      if (part.role === FIT_ROLE) return fit.parse(part, chunks, context);
      return parseList(part as GarminPart & { role: GarminRole }, chunks, context);
    },
  };
}
