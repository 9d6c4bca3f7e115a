import { AfferentError, errorTable } from '../../schema/errors.ts';
import { errorsOfReading } from '../../schema/errors-of-reading.ts';
import { nearest } from '../../schema/nearest.ts';
import { type Call, textOption } from './verb.ts';

/** A reason of quarantine, or null. A misspelt one must not look like one that nothing has. @throws AfferentError `usage` */
export function reasonOption(call: Call): string | null {
  const given = textOption(call, 'reason');
  if (given === null || Object.hasOwn(errorTable, given)) return given;
  const meant = nearest(given, Object.keys(errorsOfReading));
  const asked = meant === null ? '' : `; did you mean ${meant}?`;
  throw new AfferentError('usage', { what: `“${given.slice(0, 40)}” is no reason${asked} All are in docs/errors.md` });
}
