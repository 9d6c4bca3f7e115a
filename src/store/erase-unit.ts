import { sql, type Transaction } from 'kysely';
import type { Tables } from './tables.ts';

/** Erases one version of a record with what was made of it; its unit moves from stored to erased, with a reason where there is one to tell. */
export async function eraseRecord(tx: Transaction<Tables>, row: { id: string; batch: string; day: string }, why?: string): Promise<void> {
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
  await tx.deleteFrom('restatement').where('record', '=', row.id).execute();
  await tx.deleteFrom('record').where('id', '=', row.id).execute();
  await moveToErased(tx, row, 'stored', 1, why);
}

/** Erases a unit that could not be read; it moves from quarantined to erased. */
export async function eraseQuarantined(
  tx: Transaction<Tables>,
  row: Pick<Tables['quarantine'], 'id' | 'batch' | 'day' | 'units' | 'reason'>,
  why?: string,
): Promise<void> {
  await leaveQuarantine(tx, row, 'erased', why);
}

/** Takes a unit out of quarantine for good, and moves it in the ledger. */
export async function leaveQuarantine(
  tx: Transaction<Tables>,
  row: Pick<Tables['quarantine'], 'id' | 'batch' | 'day' | 'units' | 'reason'>,
  to: 'erased' | 'duplicate',
  why?: string,
): Promise<void> {
  const { id, batch, units, reason } = row;
  await tx.deleteFrom('quarantine').where('id', '=', id).execute();
  await move(tx, row, 'quarantined', to, units, why);
  const named = tx.updateTable('outcome_reason').set({ units: sql<number>`units - ${units}` });
  await named.where('batch', '=', batch).where('outcome', '=', 'quarantined').where('reason', '=', reason).execute();
  await tx.deleteFrom('outcome_reason').where('batch', '=', batch).where('units', '<=', 0).execute();
}

export async function moveToErased(
  tx: Transaction<Tables>,
  { batch, day }: { batch: string; day: string },
  from: 'stored' | 'quarantined',
  units: number,
  why?: string,
): Promise<void> {
  await move(tx, { batch, day }, from, 'erased', units, why);
}

async function move(
  tx: Transaction<Tables>,
  { batch, day }: { batch: string; day: string },
  from: 'stored' | 'quarantined',
  to: 'erased' | 'duplicate',
  units: number,
  why?: string,
): Promise<void> {
  const moved = { [from]: sql<number>`${sql.ref(from)} - ${units}`, [to]: sql<number>`${sql.ref(to)} + ${units}` };
  await tx.updateTable('batch').set(moved).where('id', '=', batch).execute();
  await tx.updateTable('ledger').set(moved).where('batch', '=', batch).where('day', '=', day).execute();
  if (why === undefined) return;
  await tx
    .insertInto('outcome_reason')
    .values({ batch, outcome: 'erased', reason: why, units })
    .onConflict((c) => c.columns(['batch', 'outcome', 'reason']).doUpdateSet({ units: sql<number>`outcome_reason.units + ${units}` }))
    .execute();
}
