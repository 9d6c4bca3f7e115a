import type { Transaction } from 'kysely';
import type { Db } from './database.ts';
import type { Tables } from './tables.ts';

const most = 5;

/** PostgreSQL ends one of two that wait for each other; and, where transactions are kept further apart than by default, one that came late. */
const passing = new Set(['40P01', '40001']);

/**
 * Does work in one transaction, again where the database ended it for another's sake. What it counts must come back from it, or it is
 * counted twice. Activities need none of this: Temporal tries them again.
 */
export async function transactAgain<T>(db: Db, work: (tx: Transaction<Tables>) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await db.transaction().execute(work);
    } catch (thrown) {
      if (attempt === most || !(thrown instanceof Error && passing.has((thrown as { code?: string }).code ?? ''))) throw thrown;
    }
  }
}
