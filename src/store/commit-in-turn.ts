import type { Transaction } from 'kysely';
import { holdParticipant } from './hold-participant.ts';
import type { Store } from './open.ts';
import type { Tables } from './tables.ts';

/**
 * Commits what a run made of something of a participant that has other states too, one run of the participant after the other: either this one
 * sees here what the other has committed, or the other sees the scores of this one. What the states mean for one another takes long to read
 * and is told before; where there are others by now nothing is written, and it is to be told again.
 * @param unchanged whether there are the same states as then
 * @returns whether it was written
 */
export async function commitInTurn(
  store: Store,
  participant: string,
  unchanged: (tx: Transaction<Tables>) => Promise<boolean>,
  write: (tx: Transaction<Tables>) => Promise<void>,
): Promise<boolean> {
  return store.db.transaction().execute(async (tx) => {
    await holdParticipant(store, tx, participant, true);
    if (!(await unchanged(tx))) return false;
    await write(tx);
    return true;
  });
}
