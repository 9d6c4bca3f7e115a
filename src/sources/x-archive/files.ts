import { baseName, type Entry } from '../reading/container.ts';
import { smallJson } from '../reading/small-json.ts';
import { momentFrom } from '../reading/time.ts';

/** What a file of an archive is, by its name; null for those that are not read. */
export type XRole = 'tweets' | 'table' | 'notes' | 'deleted' | 'messages';

/** Archives of 2012 to 2018 have a file for each month, and the same posts again in a table. */
const MONTH = /^(?:19|20)\d\d_\d\d\.js$/;
const NAMES: readonly (readonly [RegExp, XRole])[] = [
  [/^(?:community-)?tweets?(?:-part\d+)?\.js(?:on)?$/, 'tweets'],
  [MONTH, 'tweets'],
  [/^tweets\.csv$/, 'table'],
  [/^note-tweets?(?:-part\d+)?\.js$/, 'notes'],
  [/^deleted-tweets?(?:-part\d+)?\.js$/, 'deleted'],
  [/^direct-messages?(?:-group)?(?:-part\d+)?\.js$/, 'messages'],
];

export function roleOf(name: string): XRole | null {
  const base = baseName(name);
  return NAMES.find(([pattern]) => pattern.test(base))?.[1] ?? null;
}

/** What each file of an archive is: the table is not read where the months are there, which say more. */
export function rolesOf(entries: readonly Entry[]): (entry: Entry) => XRole | null {
  const hasMonths = entries.some(({ name }) => MONTH.test(baseName(name)));
  return ({ name }) => {
    const role = roleOf(name);
    return role === 'table' && hasMonths ? null : role;
  };
}

/** Bracket level at which the units of a role lie: messages are in conversations of the outermost array. */
export function levelOf(role: string | null): number {
  return role === 'messages' ? 4 : 1;
}

/** What an archive says about itself. */
export interface ArchiveFacts {
  /** The account's number and name, or null. */
  accountId: string | null;
  username: string | null;
  /** Time at which the archive was made, ISO with milliseconds, or null. */
  generated: string | null;
  /** Whether the account's posts were protected at any time. */
  wasProtected: boolean;
}

/** Reads account.js, manifest.js and protected-history.js, or what older archives have; what is missing or unreadable stays unknown. */
export async function readFacts(entries: Entry[]): Promise<ArchiveFacts> {
  const find = async (name: string): Promise<unknown> => {
    const entry = entries.find((candidate) => baseName(candidate.name) === name && candidate.refused === null);
    return entry === undefined ? undefined : smallJson(entry, assigned);
  };
  const account = at(await find('account.js'), 0, 'account');
  const details = account === null ? await find('user_details.js') : null;
  const generated = at(await find('manifest.js'), 'archiveInfo', 'generationDate') ?? at(await find('payload_details.js'), 'created_at');
  const history = await find('protected-history.js');
  return {
    accountId: textOf(at(account, 'accountId')) ?? textOf(at(details, 'id')),
    username: textOf(at(account, 'username')) ?? textOf(at(details, 'screen_name')),
    generated: momentFrom(generated, null)?.utc ?? null,
    wasProtected: Array.isArray(history) && history.length > 0,
  };
}

/** What a script file assigns. */
function assigned(text: string): string {
  return text.replace(/^[^=[{]*=/, '').replace(/;\s*$/, '');
}

function at(value: unknown, ...steps: (string | number)[]): unknown {
  let found = value;
  for (const step of steps) {
    if (typeof found !== 'object' || found === null) return null;
    found = (found as Record<string | number, unknown>)[step];
  }
  return found ?? null;
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}
