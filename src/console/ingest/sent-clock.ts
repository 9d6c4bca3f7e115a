import { AfferentError } from '../../../schema/errors.ts';

const iso = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/;
const [earliest, latest] = [0, Date.parse('9999-12-31T00:00:00Z')];

/**
 * The sender's clock as `X-Client-Time` has it: ISO 8601 with its zone, or milliseconds since 1970. UTC ms, or null where it is absent.
 * @throws AfferentError `usage` where it is there and no time: a clock that cannot be read must not pass as none
 */
export function sentClock(header: string | string[] | undefined): number | null {
  if (header === undefined) return null;
  const text = String(header).trim();
  const ms = /^\d{1,15}$/.test(text) ? Number(text) : iso.test(text) ? Date.parse(text) : Number.NaN;
  if (!(ms >= earliest && ms < latest))
    throw new AfferentError('usage', { what: 'X-Client-Time takes ISO 8601 with its zone, or milliseconds since 1970' });
  return ms;
}
