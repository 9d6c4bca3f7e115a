import { sql, type Transaction } from 'kysely';
import type { Store } from '../../../src/store/open.ts';
import type { Tables } from '../../../src/store/tables.ts';

type Work = (tx: Transaction<Tables>) => Promise<unknown>;

/** The store with transactions that are begun by `begin`, which may have others commit something before or within the one numbered so. */
export function withTransactions(store: Store, begin: (work: Work, number: number) => Promise<unknown>): Store {
  let begun = 0;
  const db = new Proxy(store.db, {
    get: (target, name) => {
      if (name === 'transaction') return () => ({ execute: (work: Work) => begin(work, begun++) });
      const own = (target as unknown as Record<PropertyKey, unknown>)[name];
      return typeof own === 'function' ? own.bind(target) : own;
    },
  });
  return { ...store, db };
}

/** The store with these done one after the other, each before a transaction of its own. */
export function beforeTransactions(store: Store, ...things: (() => Promise<unknown>)[]): Store {
  return withTransactions(store, async (work, number) => {
    await things[number]?.();
    return store.db.transaction().execute(work);
  });
}

/** Whether anybody waits for a lock of PostgreSQL. */
export async function waitsForLock({ db }: Store): Promise<boolean> {
  const waiting = sql`select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
  return (await waiting.execute(db)).rows.length > 0;
}
