import { randomBytes } from 'node:crypto';
import type { Kysely } from 'kysely';
import { sql } from 'kysely';
import { AfferentError } from '../../schema/errors.ts';
import { type Adapter, connect, setUpAlone } from './database.ts';
import { forgetOldPages } from './old-pages.ts';
import { seal, unseal } from './seal.ts';
import type { Secrets } from './secrets.ts';

interface KeyTables {
  participant_key: { participant: string; wrapped: Buffer };
  /** Keyed hashes of those who withdrew: enough to refuse them and to erase them again after a restore, not to name them. */
  erasure: { study: string; tombstone: string };
}

/**
 * The participants' keys, in a database of their own that ordinary backups leave out. Destroying a key here erases
 * its participant from every copy of the store.
 */
export class KeyStore {
  readonly #db: Kysely<KeyTables>;
  readonly #adapter: Adapter;
  readonly #secrets: Secrets;
  readonly #cache = new Map<string, Buffer>();

  private constructor(db: Kysely<KeyTables>, adapter: Adapter, secrets: Secrets) {
    this.#db = db;
    this.#adapter = adapter;
    this.#secrets = secrets;
  }

  static async open(url: string, secrets: Secrets): Promise<KeyStore> {
    const { db, adapter } = connect<KeyTables>(url);
    const blob = adapter.name === 'postgres' ? sql`bytea` : sql`blob`;
    await setUpAlone(db, async () => {
      await db.schema
        .createTable('participant_key')
        .ifNotExists()
        .addColumn('participant', 'text', (c) => c.primaryKey())
        .addColumn('wrapped', blob, (c) => c.notNull())
        .execute();
      await db.schema
        .createTable('erasure')
        .ifNotExists()
        .addColumn('study', 'text', (c) => c.notNull())
        .addColumn('tombstone', 'text', (c) => c.notNull())
        .addPrimaryKeyConstraint('erasure_pk', ['study', 'tombstone'])
        .execute();
    });
    return new KeyStore(db, adapter, secrets);
  }

  /** Makes a key for a new participant; keeps the one that is there. */
  async create(participant: string): Promise<void> {
    const wrapped = seal(this.#secrets.wrapping, participant, randomBytes(32));
    await this.#db
      .insertInto('participant_key')
      .values({ participant, wrapped })
      .onConflict((c) => c.doNothing())
      .execute();
  }

  /** The participant's key. Throws `key-gone` after a withdrawal. */
  async key(participant: string): Promise<Buffer> {
    const cached = this.#cache.get(participant);
    if (cached) return cached;
    const row = await this.#db.selectFrom('participant_key').select('wrapped').where('participant', '=', participant).executeTakeFirst();
    if (!row) throw new AfferentError('key-gone');
    const key = unseal(this.#secrets.wrapping, participant, row.wrapped);
    this.#cache.set(participant, key);
    return key;
  }

  /** Destroys the key and remembers that it must stay away. `forgetOldPages` then takes it from the files too. */
  async destroy(study: string, participant: string, tombstone: string): Promise<void> {
    this.#cache.delete(participant);
    await this.#db.transaction().execute(async (tx) => {
      await tx
        .insertInto('erasure')
        .values({ study, tombstone })
        .onConflict((c) => c.doNothing())
        .execute();
      await tx.deleteFrom('participant_key').where('participant', '=', participant).execute();
    });
  }

  /** Everybody with a key. */
  async participants(): Promise<string[]> {
    const rows = await this.#db.selectFrom('participant_key').select('participant').execute();
    return rows.map((row) => row.participant);
  }

  async erasures(): Promise<{ study: string; tombstone: string }[]> {
    return this.#db.selectFrom('erasure').selectAll().orderBy('study').orderBy('tombstone').execute();
  }

  async addErasures(list: { study: string; tombstone: string }[]): Promise<void> {
    for (const row of list) {
      await this.#db
        .insertInto('erasure')
        .values({ study: row.study, tombstone: row.tombstone })
        .onConflict((c) => c.doNothing())
        .execute();
    }
  }

  async isErased(study: string, tombstone: string): Promise<boolean> {
    const row = await this.#db
      .selectFrom('erasure')
      .select('tombstone')
      .where('study', '=', study)
      .where('tombstone', '=', tombstone)
      .executeTakeFirst();
    return row !== undefined;
  }

  /** Takes destroyed keys out of the files. @returns false when somebody is reading; then it is to be done again */
  async forgetOldPages(): Promise<boolean> {
    return forgetOldPages(this.#db, this.#adapter, ['participant_key']);
  }

  async close(): Promise<void> {
    await this.#db.destroy();
  }
}

/** A participant's key, or null after a withdrawal; any other fault is thrown, for it may pass. */
export async function keyUnlessGone(store: { keys: KeyStore }, participant: string): Promise<Buffer | null> {
  try {
    return await store.keys.key(participant);
  } catch (thrown) {
    if (thrown instanceof AfferentError && thrown.code === 'key-gone') return null;
    throw thrown;
  }
}
