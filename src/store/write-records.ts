import type { Transaction } from 'kysely';
import { deletedVersions } from './deletions.ts';
import { KeysWritten } from './keys-written.ts';
import type { Store } from './open.ts';
import { type NewRecord, type RecordRows, recordColumns } from './record-rows.ts';
import { RecordVersions } from './record-versions.ts';
import type { Owner } from './series.ts';
import { insertPacked, insertSlices } from './slices.ts';
import type { Tables } from './tables.ts';
import type { Tally } from './tally.ts';

type Restatement = Tables['restatement'];

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
    const versions = await RecordVersions.of(tx, this.#owner.source, records, again);
    const deleted = await deletedVersions(tx, this.#owner, records);
    const left = new Set<number>();
    const restated: Omit<Restatement, 'at'>[] = [];
    const isPlain = again.size === 0 && deleted.size === 0;
    for (let i = 0; i < records.count; i++) {
      if (isPlain || !(again.has(records.key(i)) || deleted.has(records.key(i)))) tally.add('stored', records.day(i), 1);
      else {
        const { outcome, statements } = versions.state(i, deleted.get(records.key(i)) ?? null);
        tally.add(outcome, records.day(i), 1);
        if (outcome !== 'stored') left.add(i);
        for (const one of statements) restated.push({ source: this.#owner.source, record_key: records.key(i), ...one });
      }
    }
    await this.#insert(tx, records, left);
    await versions.writeStatedAgain(tx);
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
    const fresh: NewRecord[] = [];
    for (let i = 0; i < records.count; i++) if (!left.has(i)) fresh.push(records.row(i));
    await insertSlices(tx, 'record', fresh, adapter);
  }
}

async function arrivedAt(tx: Transaction<Tables>, batch: string): Promise<string> {
  return (await tx.selectFrom('batch').select('arrived_at').where('id', '=', batch).executeTakeFirstOrThrow()).arrived_at;
}
