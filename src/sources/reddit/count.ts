import type { UnitCounter } from '../../../schema/source.ts';
import { LineCounter } from '../reading/count-lines.ts';
import { NestedCounter } from '../reading/count-nested.ts';
import { RowCounter } from '../reading/count-rows.ts';
import { listPaths } from './places.ts';

/** A counter for the role of a part. */
export function counterOf(role: string | null): UnitCounter {
  if (role === 'lines') return new LineCounter();
  return role === 'list' ? new NestedCounter(listPaths) : new RowCounter();
}
