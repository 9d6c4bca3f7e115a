import { AfferentError } from '../../../schema/errors.ts';
import type { Part, SourceKind } from '../../../schema/source.ts';
import { findArrivals } from '../reading/arrivals.ts';
import { claimed } from '../reading/claims.ts';
import { entriesOf, toParts } from '../reading/container.ts';
import { ListCounter } from './count.ts';
import { type FacebookRole, nameIn, roleOf } from './files.ts';
import { parseFile } from './parse.ts';

interface FacebookPart extends Part {
  accountName: string | null;
}

const MARKS = /^(?:your_facebook_activity|profile_information|personal_information|posts|comments|comments_and_reactions|messages|groups)$/;

/** The data that Facebook lets its users download, as JSON, zipped or unpacked. */
export const facebook: SourceKind = {
  manifest: {
    kind: 'facebook',
    title: 'Facebook data download (JSON)',
    unit: 'an entry of a list in a file of posts, comments or messages',
    yields: ['post'],
    mapped: false,
    unreadForm: 'HTML',
    version: 3,
  },
  arrivals: (path) =>
    findArrivals(path, { isExport: (names) => names.some((name) => MARKS.test(name) || roleOf(name) !== null), deep: true }),
  async parts(arrival): Promise<FacebookPart[]> {
    const entries = await entriesOf(arrival, true);
    const accountName = await nameIn(entries);
    const roleIn = await claimed(entries, roleOf, () => isFacebook);
    return toParts(entries, roleIn).map((part) => ({ ...part, accountName }));
  },
  counter: () => new ListCounter(),
  async *parse(part, chunks, context) {
    const { accountName, role } = part as FacebookPart;
    if (role === null) throw new AfferentError('not-this-kind');
    if (context.account !== null && accountName !== null && context.account !== accountName) throw new AfferentError('wrong-participant');
    yield* parseFile(chunks, role as FacebookRole, accountName ?? context.account, context);
  },
};

/** Others have files of comments as well, with lists in place of objects. */
const isFacebook = (head: string): boolean => !/^\s*\[\s*\[/.test(head);
