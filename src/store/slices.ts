import type { Transaction } from 'kysely';
import type { Adapter } from './database.ts';
import { type PackedRows, packRows } from './packed-rows.ts';
import type { RowsConnection } from './sqlite-driver.ts';
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

/** Tables that are written many rows at a time. */
type Sliced = 'record' | 'quarantine' | 'score' | 'decision';

/** Tables whose rows are named by all that made them: one that is there already stays as it is. */
const named: ReadonlySet<Sliced> = new Set(['score', 'decision']);

function insertion(tx: Transaction<Tables>, table: Sliced, rows: readonly object[]) {
  const insert = tx.insertInto(table).values(rows as never);
  return named.has(table) ? insert.onConflict((c) => c.doNothing()) : insert;
}

/** Text of the statements that insert one row; writing one anew takes longer than running it. */
const statements = new Map<string, string>();

/** Inserts rows: in SQLite one after another by a compiled statement, elsewhere as many at a time as a statement binds. */
export async function insertSlices<T extends Sliced>(
  tx: Transaction<Tables>,
  table: T,
  rows: readonly Omit<Tables[T], 'stated_until'>[],
  { name, maxValues }: Adapter,
): Promise<void> {
  if (rows.length === 0) return;
  const columns = Object.keys(rows[0] as object) as (keyof (typeof rows)[number])[];
  if (name === 'sqlite') {
    await insertPacked(tx, table, columns as string[], packRows(rows, columns));
    return;
  }
  const most = Math.min(500, Math.floor(maxValues / columns.length));
  for (let i = 0; i < rows.length; i += most) await insertion(tx, table, rows.slice(i, i + most)).execute();
}

/** Inserts packed rows into SQLite; the names are those of their columns. */
export async function insertPacked(tx: Transaction<Tables>, table: Sliced, columns: readonly string[], rows: PackedRows): Promise<void> {
  const key = `${table} ${columns.join()}`;
  const one = () => Object.fromEntries(columns.map((column) => [column, null]));
  const text = statements.get(key) ?? insertion(tx, table, [one()]).compile().sql;
  statements.set(key, text);
  await tx.getExecutor().provideConnection((connection) => (connection as RowsConnection).each(text, rows));
}
