import type { Part, SourceKind } from '../../../schema/source.ts';
import { findArrivals } from '../reading/arrivals.ts';
import { type Entry, entriesOf, toParts } from '../reading/container.ts';
import { type AccountFacts, readFacts } from './facts.ts';
import { roleOf as fitbitRole } from './files.ts';
import { counterFor, parseFile } from './parse.ts';

interface FitbitPart extends Part {
  facts: AccountFacts;
}

const MARKS = /^(?:takeout|fitbit|google health|global export data|physical activity|user-site-export|your profile|sleep)$/;

/** The account export of Fitbit, as the vendor gave it or within Google Takeout, zipped or unpacked. */
export const fitbit: SourceKind = {
  manifest: {
    kind: 'fitbit',
    title: 'Fitbit account export',
    unit: 'an entry of a JSON array, or a row of a table below its header',
    yields: ['series', 'event'],
    mapped: false,
    version: 3,
  },
  arrivals: (path) => findArrivals(path, { isExport, deep: true }),
  async parts(arrival): Promise<FitbitPart[]> {
    const entries = await entriesOf(arrival, true);
    const shared = await fitbitShared(entries);
    return toParts(entries, (entry) => fitbitRole(entry.name)).map((part) => ({ ...part, ...shared }));
  },
  counter: (part) => counterFor(part.role),
  parse: (part, chunks, context) => parseFile(part.role, chunks, context, (part as FitbitPart).facts),
};

/** What an export says about its account, as each of its parts has it. */
async function fitbitShared(entries: readonly Entry[]): Promise<Pick<FitbitPart, 'facts'>> {
  return { facts: await readFacts(entries) };
}

function isExport(names: string[]): boolean {
  return names.some((name) => MARKS.test(name.toLowerCase()) || fitbitRole(name) !== null);
}

export { fitbitRole, fitbitShared };
