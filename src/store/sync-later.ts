import { sql } from 'kysely';
import type { Store } from './open.ts';

/**
 * Does work whose commits need not reach the disk one by one: where the power fails, SQLite's log loses the last of them, in order, and
 * the work begins again from what is left. Only for work of which everything lies in the store: nothing outside may rely on it, and a
 * killed process loses none. On PostgreSQL nothing changes.
 */
export async function syncLater<T>(store: Store, work: () => Promise<T>): Promise<T> {
  if (store.adapter.name !== 'sqlite') return work();
  await sql`pragma synchronous = normal`.execute(store.db);
  try {
    return await work();
  } finally {
    await sql`pragma synchronous = full`.execute(store.db);
  }
}
