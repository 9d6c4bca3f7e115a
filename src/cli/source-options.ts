import { AfferentError } from '../../schema/errors.ts';
import { readMapping } from '../sources/posts/mapping.ts';
import type { Store } from '../store/open.ts';
import { hasLocalTimes } from '../store/other-zone.ts';

/** @throws AfferentError `bad-mapping` at a name that is not ours, `usage` */
export function readMap(given: string | null, mapped: boolean): Record<string, string> {
  if (given === null) return {};
  if (!mapped) throw new AfferentError('usage', { what: 'this kind knows its own fields; leave out --map' });
  const mapping: Record<string, string> = {};
  for (const pair of given.split(',')) {
    const at = pair.indexOf('=');
    if (at < 1 || at === pair.length - 1) throw new AfferentError('bad-mapping');
    mapping[pair.slice(0, at).trim()] = pair.slice(at + 1).trim();
  }
  readMapping(mapping);
  return mapping;
}

/** Units that each day should bring. @throws AfferentError `usage` */
export function readExpected(given: string | null): number | null {
  if (given === null) return null;
  const match = /^(\d{1,9})(?:\/day)?$/.exec(given);
  if (match === null) throw new AfferentError('usage', { what: '--expect takes a number of units a day, such as 288/day' });
  return Number(match[1]);
}

/** @throws AfferentError `usage` */
export function readZone(given: string | null): string | null {
  if (given === null) return null;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: given }).resolvedOptions().timeZone;
  } catch {
    throw new AfferentError('usage', { what: '--zone takes a name such as Europe/Berlin' });
  }
}

/** What to know where another zone is declared than the one under which times were stored; null where nothing is. */
export async function zoneNote(store: Store, source: string, before: string | null, zone: string | null): Promise<string | null> {
  if (before === zone || !(await hasLocalTimes(store, source))) return null;
  return (
    `What is stored was read under ${before ?? 'no zone (as UTC)'} and keeps those times and days. Under ${zone ?? 'no zone'} the same posts and\n` +
    'events read again are newer versions; samples whose export has no offset are other moments, and are stored a second time beside those.'
  );
}
