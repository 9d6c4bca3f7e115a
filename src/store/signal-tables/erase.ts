import type { Transaction } from 'kysely';
import type { Db } from '../database.ts';
import { eraseScores } from '../erase-scores.ts';
import { erasedInput } from '../erased-input.ts';
import type { Tables } from '../tables.ts';
import { forms } from './forms.ts';

const heard: ReadonlySet<string> = new Set(Object.values(forms).flatMap(({ samples }) => samples));

/** Whether minutes or days are made of samples of this signal. */
export function isHeard(signal: string): boolean {
  return heard.has(signal);
}

/** Models that have had a participant's minutes or days as their input. */
async function modelsOf(db: Db | Transaction<Tables>, participant: string): Promise<string[]> {
  const frozen = db.selectFrom('run_input').where('participant', '=', participant).where('tables', 'is not', null);
  return (await frozen.select('model').distinct().execute()).map(({ model }) => model);
}

/** How many scores of a participant's minutes and days there are: `eraseTables` takes them all. */
export async function tableScores(db: Db | Transaction<Tables>, participant: string): Promise<number> {
  const models = await modelsOf(db, participant);
  if (models.length === 0) return 0;
  const { n } = await db
    .selectFrom('score')
    .select((eb) => eb.fn.countAll<number>().as('n'))
    .where('participant', '=', participant)
    .where('model', 'in', models)
    .executeTakeFirstOrThrow();
  return Number(n);
}

/**
 * Erases all that was made of a participant's minutes and days, where anything that they are made of has gone: a window knows what came
 * before it, and what is left is scored by the next run. Gives how many scores went.
 */
export async function eraseTables(tx: Transaction<Tables>, participant: string): Promise<number> {
  const models = await modelsOf(tx, participant);
  let scores = 0;
  if (models.length > 0) {
    const found = await tx.selectFrom('score').select('id').where('participant', '=', participant).where('model', 'in', models).execute();
    await eraseScores(
      tx,
      found.map(({ id }) => id),
    );
    scores = found.length;
    await tx.updateTable('run_input').set(erasedInput).where('participant', '=', participant).where('tables', 'is not', null).execute();
  }
  for (const table of ['signal_table', 'stream_state'] as const)
    await tx.deleteFrom(table).where('participant', '=', participant).execute();
  return scores;
}
