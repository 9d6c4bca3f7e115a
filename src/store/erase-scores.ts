import type { Transaction } from 'kysely';
import type { Tables } from './tables.ts';

/** Scores that one statement names. */
const slice = 500;

/** Erases a model's scores of inputs that are no longer there, such as windows that later samples changed. */
export async function eraseScoresOf(tx: Transaction<Tables>, model: string, inputIds: readonly string[]): Promise<void> {
  for (let i = 0; i < inputIds.length; i += slice) {
    const some = inputIds.slice(i, i + slice);
    const scores = await tx.selectFrom('score').select('id').where('model', '=', model).where('input_id', 'in', some).execute();
    await eraseScores(
      tx,
      scores.map(({ id }) => id),
    );
  }
}

/** Erases scores with their decisions. An alert stays as what happened; what it was raised by is gone. */
export async function eraseScores(tx: Transaction<Tables>, scores: readonly string[]): Promise<void> {
  for (let i = 0; i < scores.length; i += slice) {
    const some = scores.slice(i, i + slice);
    await tx.deleteFrom('alert_score').where('score', 'in', some).execute();
    await tx.deleteFrom('decision').where('score', 'in', some).execute();
    await tx.deleteFrom('score').where('id', 'in', some).execute();
  }
}
