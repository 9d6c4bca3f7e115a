import { AfferentError } from '../../../schema/errors.ts';
import type { Part, SourceKind } from '../../../schema/source.ts';
import { findArrivals } from '../reading/arrivals.ts';
import { entriesOf, toParts } from '../reading/container.ts';
import { ElementCounter, RowCounter } from './count.ts';
import { type ArchiveFacts, levelOf, readFacts, roleOf, rolesOf } from './files.ts';
import { parseMessages, parsePosts } from './parse.ts';
import { parseTable } from './table.ts';
import { matches } from './tweet.ts';

interface ArchivePart extends Part {
  facts: ArchiveFacts;
}

const MARKS = /^(?:account|manifest|your archive)\.(?:js|html)$/;

/** The archive that X (Twitter) lets its users download, zipped or unpacked. */
export const xArchive: SourceKind = {
  manifest: {
    kind: 'x-archive',
    title: 'X (Twitter) archive',
    unit: 'an entry of the array in a file of posts, a row of the table of old archives, or a direct message',
    yields: ['post'],
    mapped: false,
    version: 4,
  },
  arrivals: (path) => findArrivals(path, { isExport, deep: true }),
  async parts(arrival): Promise<ArchivePart[]> {
    const entries = await entriesOf(arrival, true);
    const facts = await readFacts(entries);
    return toParts(entries, rolesOf(entries)).map((part) => ({ ...part, facts }));
  },
  counter: (part) => (part.role === 'table' ? new RowCounter() : new ElementCounter(levelOf(part.role))),
  parse(part, chunks, context) {
    const { facts, role } = part as ArchivePart;
    const isKnown = facts.accountId !== null || facts.username !== null;
    if (context.account !== null && isKnown && !matches([context.account], facts.accountId, facts.username)) {
      throw new AfferentError('wrong-participant');
    }
    if (role === 'tweets' || role === 'notes' || role === 'deleted') return parsePosts(chunks, role, facts, context);
    if (role === 'table') return parseTable(chunks, facts, context);
    if (role === 'messages') return parseMessages(chunks);
    throw new AfferentError('not-this-kind');
  },
};

function isExport(names: string[]): boolean {
  return names.some((name) => MARKS.test(name.toLowerCase()) || roleOf(name) !== null);
}
