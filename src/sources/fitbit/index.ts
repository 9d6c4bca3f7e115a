import { AfferentError } from '../../../schema/errors.ts';
import type { Part, SourceKind } from '../../../schema/source.ts';
import { findArrivals } from '../reading/arrivals.ts';
import { type Entry, entriesOf, toParts } from '../reading/container.ts';
import { peopleIn } from '../reading/people-in.ts';
import { type AccountFacts, readFacts } from './facts.ts';
import { roleOf as fitbitRole, rolesIn } from './files.ts';
import { counterFor, parseFile } from './parse.ts';
import { tableRole } from './tables.ts';

interface FitbitPart extends Part {
  facts: AccountFacts;
  /** Whose rows the tables of a study hold; two stand for more. */
  people?: ReadonlySet<string>;
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
    version: 4,
  },
  arrivals: (path) => findArrivals(path, { isExport, deep: true }),
  async parts(arrival): Promise<FitbitPart[]> {
    const entries = await entriesOf(arrival, true);
    const shared = await fitbitShared(entries);
    const roleIn = await rolesIn(entries);
    const people = await peopleOf(entries, roleIn);
    return toParts(entries, roleIn).map((part) => ({ ...part, ...shared, people }));
  },
  counter: (part) => counterFor(part.role),
  parse(part, chunks, context) {
    const { role, facts, people } = part as FitbitPart;
    const isShared = role !== null && tableRole(role)?.person !== undefined;
    if (isShared && context.account === null && people !== undefined && people.size > 1) throw new AfferentError('wrong-participant');
    return parseFile(role, chunks, context, facts);
  },
};

/** People in the tables of a study, as far as the second one. */
async function peopleOf(entries: readonly Entry[], roleIn: (entry: Entry) => string | null): Promise<ReadonlySet<string>> {
  const people = new Set<string>();
  for (const entry of entries) {
    const { person, nameOf } = tableRole(roleIn(entry) ?? '') ?? {};
    if (person === undefined || nameOf === undefined) continue;
    for (const one of await peopleIn(entry, person, { nameOf })) people.add(one);
    if (people.size > 1) break;
  }
  return people;
}

/** What an export says about its account, as each of its parts has it. */
async function fitbitShared(entries: readonly Entry[]): Promise<Pick<FitbitPart, 'facts'>> {
  return { facts: await readFacts(entries) };
}

function isExport(names: string[]): boolean {
  return names.some((name) => MARKS.test(name.toLowerCase()) || fitbitRole(name) !== null);
}

export { fitbitRole, fitbitShared };
