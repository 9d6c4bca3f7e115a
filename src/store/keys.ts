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
  /**
   * The consent that holds, as its row in the store has it, how often it was replaced, and how often what it does not cover was erased:
   * an older copy of the store would have it as it was then.
   */
  participant_consent: { participant: string; consent: string; number: number; applied: number };
  /** Keyed hashes of those who withdrew: enough to refuse them and to erase them again after a restore, not to name them. */
  erasure: { study: string; tombstone: string };
}

/** What the key store knows of a consent. */
export type KnownConsent = Omit<KeyTables['participant_consent'], 'participant'>;

/**
 * The participants' keys, and the consents that hold, in a database of their own that ordinary backups leave out. Destroying a key here erases
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
        .createTable('participant_consent')
        .ifNotExists()
        .addColumn('participant', 'text', (c) => c.primaryKey())
        .addColumn('consent', 'text', (c) => c.notNull())
        .addColumn('number', 'integer', (c) => c.notNull())
        .addColumn('applied', 'integer', (c) => c.notNull())
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
      await tx.deleteFrom('participant_consent').where('participant', '=', participant).execute();
    });
  }

  /** Notes the consent that holds from now on. To be called before the store has it: killed in between, the narrower one is known. */
  async noteConsent(participant: string, consent: string): Promise<void> {
    await this.#db
      .insertInto('participant_consent')
      .values({ participant, consent, number: 1, applied: 0 })
      .onConflict((c) =>
        c
          .column('participant')
          .doUpdateSet({ consent, number: sql`participant_consent.number + 1` })
          .where('participant_consent.consent', '<>', consent),
      )
      .execute();
  }

  /** Notes that what a consent does not cover is being erased; one that was replaced meanwhile stays what it is. */
  async noteApplied(participant: string, consent: string): Promise<void> {
    await this.#db
      .insertInto('participant_consent')
      .values({ participant, consent, number: 1, applied: 1 })
      .onConflict((c) => c.column('participant').doUpdateSet({ applied: sql`participant_consent.applied + 1` }))
      .execute();
  }

  /** Consents by participant. */
  async consents(): Promise<Map<string, KnownConsent>> {
    const rows = await this.#db.selectFrom('participant_consent').selectAll().orderBy('participant').execute();
    return new Map(rows.map(({ participant, ...known }) => [participant, known]));
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
    return forgetOldPages(this.#db, this.#adapter, ['participant_key', 'participant_consent']);
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
