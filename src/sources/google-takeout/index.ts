import type { Part, SourceKind } from '../../../schema/source.ts';
import { type AccountFacts, readFacts } from '../fitbit/facts.ts';
import { findArrivals } from '../reading/arrivals.ts';
import { entriesOf, toParts } from '../reading/container.ts';
import { roleOf } from './files.ts';
import { counterFor, parseFile } from './parse.ts';

interface TakeoutPart extends Part {
  facts: AccountFacts;
}

const MARKS = /^(?:takeout|fit|google fit|fitbit|google health|my activity|youtube\b.*|google chat|archive_browser\.html)$/;

/** Google Takeout, zipped or unpacked: Fitbit, Google Fit, activity, browser history and comments. */
export const googleTakeout: SourceKind = {
  manifest: {
    kind: 'google-takeout',
    title: 'Google Takeout',
    unit: 'an entry of a JSON array or page, a row of a table below its header, a session of Google Fit',
    yields: ['series', 'event', 'post'],
    mapped: false,
    version: 1,
  },
  arrivals: (path) => findArrivals(path, { isExport, deep: true }),
  async parts(arrival): Promise<TakeoutPart[]> {
    const entries = await entriesOf(arrival, true);
    const facts = await readFacts(entries.filter(({ name }) => /fitbit|google health/i.test(name)));
    return toParts(entries, (entry) => roleOf(entry.name)).map((part) => ({ ...part, facts }));
  },
  counter: (part) => counterFor(part.role),
  parse: (part, chunks, context) => parseFile(part.role, part.name, chunks, context, (part as TakeoutPart).facts),
};

function isExport(names: string[]): boolean {
  return names.some((name) => MARKS.test(name.toLowerCase()) || roleOf(name) !== null);
}
