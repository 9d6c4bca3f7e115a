import type { Moment } from '../../../schema/records.ts';
import { momentFrom, msOf, utcMoment } from './time.ts';

/**
 * A moment that a server wrote. Its clock is UTC: `Z` says nothing of where the person was, so a declared zone gives the
 * local day. An offset that is not zero was meant, and stays. Null where the time cannot be read.
 */
export function serverMoment(value: unknown, zone: string | null): Moment | null {
  const written = momentFrom(value, null);
  if (written === null || (written.offset !== null && written.offset !== 0)) return written;
  return utcMoment(msOf(written), zone);
}
