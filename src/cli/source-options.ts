import { AfferentError } from '../../schema/errors.ts';
import { readMapping } from '../sources/posts/mapping.ts';

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
