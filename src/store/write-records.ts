import type { Transaction } from 'kysely';
import { deletedVersions } from './deletions.ts';
import { KeysWritten } from './keys-written.ts';
import type { Store } from './open.ts';
import { type RecordRows, recordColumns } from './record-rows.ts';
import type { Owner } from './series.ts';
import { insertPacked, insertSlices } from './slices.ts';
import type { Tables } from './tables.ts';
import type { Tally } from './tally.ts';

type RecordRow = Tables['record'];

type Restatement = Tables['restatement'];

/** Versions of a record that are known, and which of them was stated last. */
interface Versions {
  /** Ids by what they are of: rows from before ids were made as they are now have others. */
  ids: Map<string, string>;
  /** Null where it is not known: several came before that was kept. */
  last: string | null;
  number: number;
}

/** Same version, same content, so that it is the same row. */
function stateOf({ version, content_key: contentKey }: Pick<RecordRow, 'version' | 'content_key'>): string {
  return `${version} ${contentKey}`;
}

/**
 * Stores records of one batch. Where its source had nothing before, what the batch has not written itself is new without a look at what
 * is stored; a transaction that fails throws its writer away.
 */
export class RecordWriter {
  readonly #store: Store;
  readonly #owner: Owner;
  /** What the batch has written; null where the source has more than that, undefined before it is known. */
  #written: KeysWritten | null | undefined;

  constructor(store: Store, owner: Owner) {
    this.#store = store;
    this.#owner = owner;
  }

  /**
   * Stores records that are new, in the order given, and counts each. Where a record is stated otherwise than it was last, that is
   * kept too: a value that comes back after it was restated is a duplicate in the ledger, and yet the newest.
   */
  async write(tx: Transaction<Tables>, records: RecordRows, tally: Tally): Promise<void> {
    if (records.count === 0) return;
    const again = await this.#mayBeKnown(tx, records);
    const versions = await knownVersions(tx, this.#owner.source, [...again]);
    const deleted = await deletedVersions(tx, this.#owner, records);
    const left = new Set<number>();
    const restated: Omit<Restatement, 'at'>[] = [];
    const isPlain = again.size === 0 && deleted.size === 0;
    for (let i = 0; i < records.count; i++) {
      if (isPlain || !(again.has(records.key(i)) || deleted.has(records.key(i)))) tally.add('stored', records.day(i), 1);
      else {
        const { outcome, number, id } = stated(records.row(i), versions, deleted);
        tally.add(outcome, records.day(i), 1);
        if (outcome !== 'stored') left.add(i);
        if (number > 0) restated.push({ source: this.#owner.source, record_key: records.key(i), number, record: id });
      }
    }
    await this.#insert(tx, records, left);
    if (restated.length === 0) return;
    const at = await arrivedAt(tx, this.#owner.batch);
    for (let i = 0; i < restated.length; i += 500) {
      const rows = restated.slice(i, i + 500).map((row) => ({ ...row, at }));
      await tx.insertInto('restatement').values(rows).execute();
    }
  }

  /** Keys of those records that may be stored, or stand here more than once. */
  async #mayBeKnown(tx: Transaction<Tables>, records: RecordRows): Promise<Set<string>> {
    if (this.#written === undefined) {
      const any = await tx.selectFrom('record').select('id').where('source', '=', this.#owner.source).limit(1).executeTakeFirst();
      this.#written = any === undefined ? new KeysWritten() : null;
    }
    const again = new Set<string>();
    for (let i = 0; i < records.count; i++) {
      const key = records.key(i);
      if (this.#written?.add(key) !== true) again.add(key);
    }
    return again;
  }

  async #insert(tx: Transaction<Tables>, records: RecordRows, left: ReadonlySet<number>): Promise<void> {
    const { adapter } = this.#store;
    if (left.size === 0 && adapter.name === 'sqlite') return insertPacked(tx, 'record', recordColumns, records.packed());
    const fresh: RecordRow[] = [];
    for (let i = 0; i < records.count; i++) if (!left.has(i)) fresh.push(records.row(i));
    await insertSlices(tx, 'record', fresh, adapter);
  }
}

/** What becomes of a record that may be known; the number of its restatement, 0 where it is none, and the id of its row. */
function stated(row: RecordRow, versions: Map<string, Versions>, deleted: ReadonlyMap<string, string>) {
  const known = versions.get(row.record_key);
  const state = stateOf(row);
  const gone = deleted.get(row.record_key);
  const isKnown = known?.ids.has(state) === true;
  if (!isKnown && gone !== undefined && row.version <= gone) return { outcome: 'erased', number: 0, id: row.id } as const;
  const outcome = isKnown ? 'duplicate' : 'stored';
  const id = known?.ids.get(state) ?? row.id;
  if (known === undefined) {
    versions.set(row.record_key, { ids: new Map([[state, id]]), last: id, number: 0 });
    return { outcome, number: 0, id } as const;
  }
  known.ids.set(state, id);
  if (known.last === id) return { outcome, number: 0, id } as const;
  known.last = id;
  known.number++;
  return { outcome, number: known.number, id } as const;
}

async function knownVersions(tx: Transaction<Tables>, source: string, keys: readonly string[]): Promise<Map<string, Versions>> {
  const versions = new Map<string, Versions>();
  for (let i = 0; i < keys.length; i += 1000) {
    const found = await tx
      .selectFrom('record')
      .select(['id', 'record_key', 'version', 'content_key'])
      .where('source', '=', source)
      .where('record_key', 'in', keys.slice(i, i + 1000))
      .execute();
    for (const row of found) {
      const known = versions.get(row.record_key);
      if (known === undefined) versions.set(row.record_key, { ids: new Map([[stateOf(row), row.id]]), last: row.id, number: 0 });
      else {
        known.ids.set(stateOf(row), row.id);
        known.last = null;
      }
    }
  }
  if (versions.size === 0) return versions;
  // Most sources never restate anything.
  const any = await tx.selectFrom('restatement').select('number').where('source', '=', source).limit(1).executeTakeFirst();
  const known = any === undefined ? [] : [...versions.keys()];
  for (let i = 0; i < known.length; i += 1000) {
    const stated = await tx
      .selectFrom('restatement')
      .select(['record_key', 'record', 'number'])
      .where('source', '=', source)
      .where('record_key', 'in', known.slice(i, i + 1000))
      .orderBy('number')
      .execute();
    for (const { record_key: key, record, number } of stated) Object.assign(versions.get(key) as Versions, { last: record, number });
  }
  return versions;
}

async function arrivedAt(tx: Transaction<Tables>, batch: string): Promise<string> {
  return (await tx.selectFrom('batch').select('arrived_at').where('id', '=', batch).executeTakeFirstOrThrow()).arrived_at;
}
