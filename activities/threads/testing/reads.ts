import type { Store } from '../../../src/store/open.ts';
import type { Tables } from '../../../src/store/tables.ts';

/** The store with something done before the read of a table that is numbered so, from 0. */
export function beforeRead(store: Store, table: keyof Tables, number: number, thing: () => Promise<unknown>): Store {
  let read = 0;
  const db = new Proxy(store.db, {
    get: (target, name) => {
      const own = (target as unknown as Record<PropertyKey, unknown>)[name];
      if (typeof own !== 'function') return own;
      if (name !== 'selectFrom') return own.bind(target);
      return (from: unknown) => {
        const query = own.call(target, from) as object;
        return from === table && read++ === number ? late(query, thing) : query;
      };
    },
  });
  return { ...store, db };
}

/** A query that waits before it is executed, however it is built on. */
function late(query: object, thing: () => Promise<unknown>): object {
  return new Proxy(query, {
    get: (target, name) => {
      const own = (target as Record<PropertyKey, unknown>)[name];
      if (typeof own !== 'function') return own;
      if (String(name).startsWith('execute')) {
        return async () => {
          await thing();
          return own.call(target) as unknown;
        };
      }
      return (...given: unknown[]) => late(own.apply(target, given) as object, thing);
    },
  });
}
