import type { Transaction } from 'kysely';
import type { Tables } from './tables.ts';

/** Scores that one statement names. */
const slice = 500;

/** Erases scores with their decisions. An alert stays as what happened; what it was raised by is gone. */
export async function eraseScores(tx: Transaction<Tables>, scores: readonly string[]): Promise<void> {
  for (let i = 0; i < scores.length; i += slice) {
    const some = scores.slice(i, i + slice);
    await tx.deleteFrom('alert_score').where('score', 'in', some).execute();
    await tx.deleteFrom('decision').where('score', 'in', some).execute();
    await tx.deleteFrom('score').where('id', 'in', some).execute();
  }
}
