import { CompiledQuery, type Transaction } from 'kysely';
import type { Adapter } from './database.ts';
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

/** Text of the statements that insert so many rows; writing one anew takes as long as running it. */
const statements = new Map<string, string>();

/** Inserts rows, as many at a time as a statement binds. */
export async function insertSlices<T extends 'record' | 'quarantine'>(
  tx: Transaction<Tables>,
  table: T,
  rows: readonly Tables[T][],
  { name, maxValues }: Adapter,
): Promise<void> {
  if (rows.length === 0) return;
  const columns = Object.keys(rows[0] as object) as (keyof Tables[T])[];
  const most = Math.min(500, Math.floor(maxValues / columns.length));
  for (let i = 0; i < rows.length; i += most) {
    const slice = rows.slice(i, i + most);
    const insert = () => tx.insertInto(table).values(slice as never);
    if (slice.length < most) {
      await insert().execute();
      continue;
    }
    const key = `${name} ${table} ${most} ${columns.join()}`;
    let text = statements.get(key);
    if (text === undefined) {
      text = insert().compile().sql;
      statements.set(key, text);
    }
    await tx.executeQuery(
      CompiledQuery.raw(
        text,
        slice.flatMap((row) => columns.map((column) => row[column])),
      ),
    );
  }
}
