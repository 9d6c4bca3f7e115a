import { AfferentError, toAfferentError } from '../../schema/errors.ts';
import { type Adapter, connect, type Db, migrate } from './database.ts';
import { KeyStore } from './keys.ts';
import { unfinished } from './restore-consents.ts';
import { readSecrets, type Secrets } from './secrets.ts';
import type { Room } from './sqlite-statements.ts';
import type { Tables } from './tables.ts';
import { completeErasures } from './withdraw.ts';

export interface Store {
  db: Db;
  adapter: Adapter;
  /** The database's file, or null where a server keeps it. */
  path: string | null;
  secrets: Secrets;
  keys: KeyStore;
  close(): Promise<void>;
}

/** Where a home keeps its data; see `afferent doctor` for which setting wins. */
export interface StoreAddress {
  /** `sqlite:PATH` or `postgres://…` */
  store: string;
  /** The same, for the participants' keys. */
  keyStore: string;
  keyFile: string;
}

/**
 * Opens the store, brought up to this version; `room` is for a SQLite connection that writes much. Whoever has withdrawn is erased from it
 * first, should a crash or an older copy have left them.
 * @throws AfferentError `store-newer`, `no-key-file`, `wrong-key-file`, `store-down`, `disk-full`, `restore-unfinished`
 */
export async function openStore(address: StoreAddress, room?: Room): Promise<Store> {
  const { db, adapter } = connect<Tables>(address.store, room);
  try {
    await migrate(db);
    const cutShort = await db.selectFrom('meta').select('key').where('key', '=', unfinished).executeTakeFirst();
    if (cutShort !== undefined) throw new AfferentError('restore-unfinished');
    const known = await db.selectFrom('meta').select('value').where('key', '=', 'key-check').executeTakeFirst();
    const secrets = readSecrets(address.keyFile, known === undefined);
    if (known === undefined) {
      await db
        .insertInto('meta')
        .values({ key: 'key-check', value: secrets.check })
        .onConflict((c) => c.doNothing())
        .execute();
    } else if (known.value !== secrets.check) {
      throw new AfferentError('wrong-key-file');
    }
    const keys = await KeyStore.open(address.keyStore, secrets);
    const close = async () => {
      await keys.close();
      await db.destroy();
    };
    const path = adapter.name === 'sqlite' ? address.store.slice('sqlite:'.length) : null;
    const store: Store = { db, adapter, path, secrets, keys, close };
    await completeErasures(store).catch(async (thrown) => {
      await keys.close();
      throw thrown;
    });
    return store;
  } catch (thrown) {
    await db.destroy();
    const error = toAfferentError(thrown);
    throw error.code === 'internal' ? new AfferentError('store-down') : error;
  }
}
