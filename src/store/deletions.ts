import { sql, type Transaction } from 'kysely';
import type { StoredRecord } from '../../schema/records.ts';
import type { Owner } from './series.ts';
import type { Tables } from './tables.ts';

/** A record that its source took back; `at` is ISO in UTC. */
export interface Deletion {
  type: StoredRecord['type'];
  recordId: string;
  at: string;
}

/**
 * Erases the stored versions of a record up to `at`, with what was made of them, and remembers that none of them may come back:
 * a deletion may overtake what it deletes. In the ledger their units move from stored to erased, on their own day and batch.
 */
export async function deleteRecord(tx: Transaction<Tables>, owner: Owner, { type, recordId, at }: Deletion): Promise<void> {
  const recordKey = owner.hash('record', owner.participant, owner.kind, type, recordId);
  await tx
    .insertInto('deletion')
    .values({ source: owner.source, record_key: recordKey, at })
    .onConflict((c) =>
      c.columns(['source', 'record_key']).doUpdateSet({ at: sql`case when deletion.at < ${at} then ${at} else deletion.at end` }),
    )
    .execute();
  const rows = await tx
    .selectFrom('record')
    .select(['id', 'batch', 'day'])
    .where('source', '=', owner.source)
    .where('record_key', '=', recordKey)
    .where('version', '<=', at)
    .orderBy('id')
    .execute();
  for (const row of rows) await eraseRecord(tx, row);
}

/** Keys of those records given that their source has deleted, each with the last version that is gone. */
export async function deletedVersions(
  tx: Transaction<Tables>,
  source: string,
  recordKeys: readonly string[],
): Promise<Map<string, string>> {
  const deleted = new Map<string, string>();
  // Most sources never take anything back.
  const any = await tx.selectFrom('deletion').select('at').where('source', '=', source).limit(1).executeTakeFirst();
  if (any === undefined) return deleted;
  for (let i = 0; i < recordKeys.length; i += 1000) {
    const rows = await tx
      .selectFrom('deletion')
      .select(['record_key', 'at'])
      .where('source', '=', source)
      .where('record_key', 'in', recordKeys.slice(i, i + 1000))
      .execute();
    for (const row of rows) deleted.set(row.record_key, row.at);
  }
  return deleted;
}

async function eraseRecord(tx: Transaction<Tables>, row: { id: string; batch: string; day: string }): Promise<void> {
  const scores = tx.selectFrom('score').select('id').where('record', '=', row.id);
  // An alert stays as what happened; what it was raised by is gone.
  await tx.deleteFrom('alert_score').where('score', 'in', scores).execute();
  await tx.deleteFrom('decision').where('score', 'in', scores).execute();
  await tx.deleteFrom('score').where('record', '=', row.id).execute();
  await tx
    .updateTable('run_input')
    .set({ participant: null, record: null, series: null, input_id: null, result: null, error: null, state: 'erased' })
    .where('record', '=', row.id)
    .execute();
  await tx.deleteFrom('record').where('id', '=', row.id).execute();
  const moved = { stored: sql<number>`stored - 1`, erased: sql<number>`erased + 1` };
  await tx.updateTable('batch').set(moved).where('id', '=', row.batch).execute();
  await tx.updateTable('ledger').set(moved).where('batch', '=', row.batch).where('day', '=', row.day).execute();
}
