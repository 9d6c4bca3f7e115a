import type { Transaction } from 'kysely';
import { deletedVersions } from './deletions.ts';
import type { Store } from './open.ts';
import type { Owner } from './series.ts';
import { insertSlices } from './slices.ts';
import type { Tables } from './tables.ts';
import type { Tally } from './tally.ts';

type RecordRow = Tables['record'];

/** A record on its way in: its row, and the source's own id of it. */
export interface IncomingRecord {
  row: RecordRow;
  recordId: string;
}

type Restatement = Tables['restatement'];

/** Versions of a record that are known, and which of them was stated last. */
interface Versions {
  ids: Set<string>;
  /** Null where it is not known: several came before that was kept. */
  last: string | null;
  number: number;
}

/**
 * Stores records that are new, in the order given, and counts each. Where a record is stated otherwise than it was last, that is
 * kept too: a value that comes back after it was restated is a duplicate in the ledger, and yet the newest.
 */
export async function writeRecords(tx: Transaction<Tables>, store: Store, owner: Owner, records: readonly IncomingRecord[], tally: Tally) {
  if (records.length === 0) return;
  const keys = [...new Set(records.map(({ row }) => row.record_key))];
  const versions = await knownVersions(tx, owner.source, keys);
  const deleted = await deletedVersions(
    tx,
    owner,
    records.map(({ row, recordId }) => ({ key: row.record_key, type: row.type, recordId })),
  );
  const fresh: RecordRow[] = [];
  const restated: Restatement[] = [];
  let at: string | null = null;
  for (const { row } of records) {
    const known = versions.get(row.record_key);
    const isKnown = known?.ids.has(row.id) === true;
    const gone = deleted.get(row.record_key);
    if (isKnown) tally.add('duplicate', row.day, 1);
    else if (gone !== undefined && row.version <= gone) {
      tally.add('erased', row.day, 1);
      continue;
    } else {
      fresh.push(row);
      tally.add('stored', row.day, 1);
    }
    if (known === undefined) {
      versions.set(row.record_key, { ids: new Set([row.id]), last: row.id, number: 0 });
      continue;
    }
    known.ids.add(row.id);
    if (known.last === row.id) continue;
    at ??= await arrivedAt(tx, owner.batch);
    known.last = row.id;
    known.number++;
    restated.push({ source: owner.source, record_key: row.record_key, number: known.number, record: row.id, at });
  }
  await insertSlices(tx, 'record', fresh, store.adapter);
  for (let i = 0; i < restated.length; i += 500) {
    await tx
      .insertInto('restatement')
      .values(restated.slice(i, i + 500))
      .execute();
  }
}

async function knownVersions(tx: Transaction<Tables>, source: string, keys: readonly string[]): Promise<Map<string, Versions>> {
  const versions = new Map<string, Versions>();
  for (let i = 0; i < keys.length; i += 1000) {
    const found = await tx
      .selectFrom('record')
      .select(['id', 'record_key'])
      .where('source', '=', source)
      .where('record_key', 'in', keys.slice(i, i + 1000))
      .execute();
    for (const { id, record_key: key } of found) {
      const known = versions.get(key);
      if (known === undefined) versions.set(key, { ids: new Set([id]), last: id, number: 0 });
      else {
        known.ids.add(id);
        known.last = null;
      }
    }
  }
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
