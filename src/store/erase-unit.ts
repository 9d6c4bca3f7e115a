import { sql, type Transaction } from 'kysely';
import { eraseScores } from './erase-scores.ts';
import { erasedInput } from './erased-input.ts';
import { eraseTables } from './signal-tables/erase.ts';
import type { Tables } from './tables.ts';

type ErasedRecord = Pick<Tables['record'], 'id' | 'batch' | 'day' | 'input_id'>;

/** Rows that one statement names. */
const slice = 500;

/**
 * Erases versions of records with what was made of them; their units move from stored to erased, with a reason where there is one to tell.
 * Gives how many scores of days went with them.
 */
export async function eraseRecords(tx: Transaction<Tables>, rows: readonly ErasedRecord[], why?: string): Promise<number> {
  let scores = 0;
  for (let i = 0; i < rows.length; i += slice) scores += await eraseSlice(tx, rows.slice(i, i + slice), why);
  return scores;
}

async function eraseSlice(tx: Transaction<Tables>, rows: readonly ErasedRecord[], why?: string): Promise<number> {
  await eraseScores(tx, await scoresOf(tx, rows));
  const ids = rows.map(({ id }) => id);
  const ofDays = await eraseDays(tx, ids);
  await tx.updateTable('run_input').set(erasedInput).where('record', 'in', ids).execute();
  await tx.deleteFrom('restatement').where('record', 'in', ids).execute();
  await tx.deleteFrom('record').where('id', 'in', ids).execute();
  const days = new Map<string, { batch: string; day: string; units: number }>();
  for (const { batch, day } of rows) {
    const moved = days.get(`${batch} ${day}`) ?? { batch, day, units: 0 };
    moved.units += 1;
    days.set(`${batch} ${day}`, moved);
  }
  for (const { units, ...at } of days.values()) await moveToErased(tx, at, 'stored', units, why);
  return ofDays;
}

/** What an event says may have gone into its participant's days; which of them did stands nowhere in clear. */
async function eraseDays(tx: Transaction<Tables>, records: readonly string[]): Promise<number> {
  const events = tx.selectFrom('record').select('participant').distinct().where('type', '=', 'event').where('id', 'in', records);
  let scores = 0;
  for (const { participant } of await events.execute()) scores += await eraseTables(tx, participant);
  return scores;
}

/** Scores of these records, by id. They are found by the input, which a score has from its record: no index has the record itself. */
export async function scoresOf(tx: Transaction<Tables>, rows: readonly Pick<ErasedRecord, 'id' | 'input_id'>[]): Promise<string[]> {
  const scores: string[] = [];
  for (let i = 0; i < rows.length; i += slice) {
    const some = rows.slice(i, i + slice).filter((row) => row.input_id !== null);
    if (some.length === 0) continue;
    const found = await tx
      .selectFrom('score')
      .select('id')
      .where(
        'input_id',
        'in',
        some.map((row) => row.input_id as string),
      )
      .where(
        'record',
        'in',
        some.map((row) => row.id),
      )
      .execute();
    for (const { id } of found) scores.push(id);
  }
  return scores;
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
