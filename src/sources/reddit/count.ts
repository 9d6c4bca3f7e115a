import type { UnitCounter } from '../../../schema/source.ts';
import { JsonUnitCounter } from '../reading/count-document-units.ts';
import { LineCounter } from '../reading/count-lines.ts';
import { RowCounter } from '../reading/count-rows.ts';
import { listPaths } from './places.ts';

/** A counter for the role of a part. */
export function counterOf(role: string | null): UnitCounter {
  if (role === 'lines') return new LineCounter();
  return role === 'list' ? new JsonUnitCounter(listPaths) : new RowCounter();
}
