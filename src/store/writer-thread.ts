import { Kysely } from 'kysely';
import type { Store } from './open.ts';
import { threadedSqliteDialect } from './sqlite-driver.ts';
import type { Tables } from './tables.ts';

/** 64 MiB and 256 MiB, when so much is written: ids are keyed hashes, so that every record goes to another page of the indexes. */
const room = { cacheKib: 64 * 1024, logPages: 65_536 };

/**
 * Gives the store with a connection whose statements run in a thread of its own, so that what comes next is read and sealed
 * meanwhile. A server does its work elsewhere as it is.
 */
export async function withWriterThread<T>(store: Store, work: (store: Store) => Promise<T>): Promise<T> {
  if (store.path === null) return work(store);
  const db = new Kysely<Tables>({ dialect: threadedSqliteDialect(store.path, room) });
  try {
    return await work({ ...store, db });
  } finally {
    await db.destroy();
  }
}
