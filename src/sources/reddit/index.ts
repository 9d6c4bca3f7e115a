import { AfferentError } from '../../../schema/errors.ts';
import type { Part, SourceKind } from '../../../schema/source.ts';
import { findArrivals } from '../reading/arrivals.ts';
import { type Entry, entriesOf, toParts } from '../reading/container.ts';
import { counterOf } from './count.ts';
import { nameOf, parseDump } from './dump.ts';
import { type ExportFacts, type RedditRole, readFacts, roleOf } from './files.ts';
import { parseMessages, parseTable } from './rows.ts';

interface RedditPart extends Part {
  facts: ExportFacts;
}

const MARKS = /^(?:statistics|posts|comments|post_headers|comment_headers)\.csv$/;

/** An account's own data as Reddit hands it out, or dumps of posts and comments. */
export const reddit: SourceKind = {
  manifest: {
    kind: 'reddit',
    title: 'Reddit: own data (CSV) or dump (NDJSON)',
    unit: 'a row below the header, a line of a dump, or an entry of a JSON list',
    yields: ['post'],
    mapped: false,
    version: 3,
  },
  arrivals: (path) => findArrivals(path, { isExport: (names) => names.some((name) => MARKS.test(name.toLowerCase())), deep: true }),
  async parts(arrival): Promise<RedditPart[]> {
    const entries = await entriesOf(arrival, true);
    const facts = await readFacts(entries);
    const roles = new Map<Entry, RedditRole | null>();
    for (const entry of entries) roles.set(entry, await roleOf(entry));
    return toParts(entries, (entry) => roles.get(entry) ?? null).map((part) => ({ ...part, facts }));
  },
  counter: (part) => counterOf(part.role),
  async *parse(part, chunks, context) {
    const { facts, role } = part as RedditPart;
    if (role === 'lines' || role === 'list') {
      yield* parseDump(part, chunks, context);
      return;
    }
    const declared = nameOf(context.account);
    if (declared !== null && facts.username !== null && declared !== nameOf(facts.username)) throw new AfferentError('wrong-participant');
    if (role === 'posts' || role === 'comments') yield* parseTable(chunks, role, facts, context);
    else if (role === 'messages') yield* parseMessages(chunks);
    else throw new AfferentError('not-this-kind');
  },
};
