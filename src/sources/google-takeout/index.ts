import type { Part, SourceKind } from '../../../schema/source.ts';
import { findArrivals } from '../reading/arrivals.ts';
import { entriesOf, toParts } from '../reading/container.ts';
import { ownRole, roleOf } from './files.ts';
import { type HeldKinds, heldRole, holderOf } from './held.ts';
import { counterFor, parseFile } from './parse.ts';

const MARKS = /^(?:takeout|fit|google fit|fitbit|google health|my activity|youtube\b.*|google chat|archive_browser\.html)$/;

/** Google Takeout, zipped or unpacked: activity, browser history and comments, and what the held kinds read in their folders. */
export function googleTakeout(held: HeldKinds): SourceKind {
  return {
    manifest: {
      kind: 'google-takeout',
      title: 'Google Takeout',
      unit: 'an entry of a JSON array or page, a row of a table below its header, a session of Google Fit',
      yields: ['series', 'event', 'post'],
      mapped: false,
      version: 2,
    },
    arrivals: (path) => findArrivals(path, { isExport, deep: true }),
    async parts(arrival): Promise<Part[]> {
      const entries = await entriesOf(arrival, true);
      const sharedBy = (holder: keyof HeldKinds): Promise<object> =>
        held[holder].shared(entries.filter(({ name }) => holderOf(name) === holder));
      const shared = { fitbit: await sharedBy('fitbit'), fit: await sharedBy('fit') };
      return toParts(entries, ({ name }) => roleOf(name, held)).map((part) => {
        const inside = heldRole(part.role);
        return inside === null ? part : { ...part, ...shared[inside.holder] };
      });
    },
    counter(part) {
      const inside = heldRole(part.role);
      return inside === null ? counterFor(part.role) : held[inside.holder].kind.counter({ ...part, role: inside.inner });
    },
    parse(part, chunks, context) {
      const inside = heldRole(part.role);
      if (inside === null) return parseFile(part.role, chunks, context);
      return held[inside.holder].kind.parse({ ...part, role: inside.inner }, chunks, context);
    },
  };
}

function isExport(names: string[]): boolean {
  return names.some((name) => MARKS.test(name.toLowerCase()) || ownRole(name) !== null);
}
