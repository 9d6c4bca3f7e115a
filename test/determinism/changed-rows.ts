import type { Runner } from './row-bits.ts';

type Ids = readonly number[];

/** What surrounds a row, and in how many rows it changed a bit. */
export interface Changed {
  rows: number;
  batch: number;
  order: number;
  padding: number;
  copies: number;
}

/**
 * Runs each row alone, then together with others in this order and the reverse, with more padding, and beside copies of
 * itself. `rows` must be of one form, one block or many. `again` may be another engine or another number of threads.
 */
export async function changedRows(alone: Runner, again: Runner, rows: readonly Ids[], batch = 8): Promise<Changed> {
  const expected: string[] = [];
  for (const row of rows) expected.push(...(await alone.bits([row])));
  const changed = { rows: rows.length, batch: 0, order: 0, padding: 0, copies: 0 };
  const unlike = (found: readonly string[], wanted: readonly string[]): number => found.filter((bits, k) => bits !== wanted[k]).length;
  for (let begin = 0; begin < rows.length; begin += batch) {
    const some = rows.slice(begin, begin + batch);
    const wanted = expected.slice(begin, begin + batch);
    changed.batch += unlike(await again.bits(some), wanted);
    changed.order += unlike(await again.bits(some.toReversed()), wanted.toReversed());
    changed.padding += unlike(await again.bits(some, 1 + (begin % 3)), wanted);
  }
  for (const [k, row] of rows.entries()) {
    const bits = expected[k] as string;
    changed.copies += Math.sign(unlike(await again.bits([row, row, row]), [bits, bits, bits]));
  }
  return changed;
}
