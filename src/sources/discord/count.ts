import type { UnitCounter } from '../../../schema/source.ts';
import { JsonUnitCounter } from '../reading/count-document-units.ts';
import { RowCounter } from '../reading/count-rows.ts';
import { messagePaths } from './places.ts';

/** A counter for the role of a part. */
export function counterOf(role: string | null): UnitCounter {
  return role === 'table' ? new RowCounter() : new JsonUnitCounter(messagePaths);
}
