import type { UnitCounter } from '../../../schema/source.ts';
import { ElementCounter } from '../reading/count-elements.ts';
import { LineCounter } from '../reading/count-lines.ts';
import { ListCounter } from '../reading/count-lists.ts';
import { ValueCounter } from '../reading/count-values.ts';

/** The counter for the form of a file. */
export function counterFor(form: string | null): UnitCounter {
  if (form === 'array') return new ElementCounter(1);
  if (form === 'lists') return new ListCounter();
  return form === 'values' ? new ValueCounter() : new LineCounter();
}
