import { existsSync, mkdirSync } from 'node:fs';
import { AfferentError } from '../../schema/errors.ts';
import type { Config } from '../config/config.ts';
import { openStore, type Store } from '../store/open.ts';

/** Makes the data folder, for its owner alone. @throws AfferentError `bad-path` */
export function makeHome(config: Config): void {
  try {
    mkdirSync(config.home, { recursive: true, mode: 0o700 });
  } catch {
    throw new AfferentError('bad-path', { what: 'the data folder cannot be made' });
  }
}

/** Whether there may be a store: one on PostgreSQL is asked, not guessed. */
export function hasStore(config: Config): boolean {
  return !config.store.startsWith('sqlite:') || existsSync(config.store.slice('sqlite:'.length));
}

/** Opens the store of this home for the work given, making the home where it is missing. */
export async function withNewStore<T>(config: Config, work: (store: Store) => Promise<T>): Promise<T> {
  makeHome(config);
  const store = await openStore(config);
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

/** The same for verbs on what exists: a mistyped home is not made. @throws AfferentError `unknown-study` */
export async function withStore<T>(config: Config, work: (store: Store) => Promise<T>): Promise<T> {
  if (!hasStore(config)) throw new AfferentError('unknown-study', { what: 'the data folder holds no store' });
  return withNewStore(config, work);
}
