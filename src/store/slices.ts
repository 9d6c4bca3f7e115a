import type { Transaction } from 'kysely';
import type { Tables } from './tables.ts';

/** Ids out of `rows` that the store holds already. */
export async function knownIds(
  tx: Transaction<Tables>,
  table: 'record' | 'quarantine',
  rows: readonly { id: string }[],
): Promise<Set<string>> {
  const known = new Set<string>();
  for (let i = 0; i < rows.length; i += 1000) {
    const ids = rows.slice(i, i + 1000).map((row) => row.id);
    const found = await tx.selectFrom(table).select('id').where('id', 'in', ids).execute();
    for (const { id } of found) known.add(id);
  }
  return known;
}

/** Inserts rows, as many at a time as a statement binds. */
export async function insertSlices<T extends 'record' | 'quarantine'>(
  tx: Transaction<Tables>,
  table: T,
  rows: readonly Tables[T][],
  columns: number,
  maxValues: number,
): Promise<void> {
  const slice = Math.min(500, Math.floor(maxValues / columns));
  for (let i = 0; i < rows.length; i += slice) {
    await tx
      .insertInto(table)
      .values(rows.slice(i, i + slice) as never)
      .execute();
  }
}
