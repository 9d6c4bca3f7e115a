import { AfferentError } from '../../../schema/errors.ts';
import type { Part, SourceKind } from '../../../schema/source.ts';
import { findArrivals } from '../reading/arrivals.ts';
import { entriesOf, toParts } from '../reading/container.ts';
import { ListCounter } from './count.ts';
import { type InstagramRole, roleOf, usernameIn } from './files.ts';
import { parseFile } from './parse.ts';

interface InstagramPart extends Part {
  username: string | null;
}

const MARKS = /^(?:your_instagram_activity|personal_information|content|media\.json|comments\.json|profile\.json|connections\.json)$/;

/** The data that Instagram lets its users download, as JSON, zipped or unpacked. */
export const instagram: SourceKind = {
  manifest: {
    kind: 'instagram',
    title: 'Instagram data download (JSON)',
    unit: 'an entry of a list in a file of posts, comments or messages',
    yields: ['post'],
    mapped: false,
    unreadForm: 'HTML',
    version: 2,
  },
  arrivals: (path) =>
    findArrivals(path, { isExport: (names) => names.some((name) => MARKS.test(name) || roleOf(name) !== null), deep: true }),
  async parts(arrival): Promise<InstagramPart[]> {
    const entries = await entriesOf(arrival, true);
    const username = await usernameIn(entries);
    return toParts(entries, (entry) => roleOf(entry.name)).map((part) => ({ ...part, username }));
  },
  counter: () => new ListCounter(),
  async *parse(part, chunks, context) {
    const { username, role } = part as InstagramPart;
    if (role === null) throw new AfferentError('not-this-kind');
    const isOther =
      context.account !== null && username !== null && context.account.replace(/^@/, '').toLowerCase() !== username.toLowerCase();
    if (isOther) throw new AfferentError('wrong-participant');
    yield* parseFile(chunks, role as InstagramRole, context);
  },
};
