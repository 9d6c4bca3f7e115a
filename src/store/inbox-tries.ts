import { holdParticipant } from './hold-participant.ts';
import type { Store } from './open.ts';
import { openRaw, takeFromQuarantine } from './quarantine.ts';
import { seal } from './seal.ts';

/** Notes that the reading of a row begins: a reader that is killed cannot say so. @returns how often it was begun before */
export async function beginTry(store: Store, id: string): Promise<number> {
  const { tries } = await store.db.selectFrom('inbox').select('tries').where('id', '=', id).executeTakeFirstOrThrow();
  await store.db
    .updateTable('inbox')
    .set({ tries: tries + 1 })
    .where('id', '=', id)
    .execute();
  return tries;
}

/** The reading of a row was interrupted, and its reader lives. */
export async function endTry(store: Store, id: string): Promise<void> {
  await store.db.updateTable('inbox').set({ tries: 0 }).where('id', '=', id).execute();
}

/**
 * Puts a push that was set aside whole back where it was before, to be read from there: out of quarantine and into the inbox.
 * @returns false where it is no longer in quarantine, or came by no push
 */
export async function putBackWhole(store: Store, quarantined: string): Promise<boolean> {
  return store.db.transaction().execute(async (tx) => {
    const kept = tx.selectFrom('quarantine').where('id', '=', quarantined);
    const whose = await kept.select('participant').executeTakeFirst();
    if (!whose) return false;
    // Who erases lines of it is waited for, or they would be read again.
    await holdParticipant(store, tx, whose.participant, false);
    const unit = await kept.selectAll().executeTakeFirst();
    if (!unit) return false;
    const { batch, part, unit: number, participant } = unit;
    const row = await tx.selectFrom('inbox').select('id').where('batch', '=', batch).executeTakeFirst();
    if (!row) return false;
    const key = await store.keys.key(participant);
    const raw = openRaw(key, unit);
    await takeFromQuarantine(tx, batch, [quarantined]);
    const arrival = seal(key, `batch|${batch}`, JSON.stringify({ path: row.id, form: 'inbox' }));
    await tx
      .updateTable('batch')
      .set({ state: 'open', closed_at: null, arrival, cursor_part: part, cursor_unit: number })
      .where('id', '=', batch)
      .execute();
    await tx
      .updateTable('inbox')
      .set({ state: 'waiting', tries: 0, body: seal(key, `inbox|${row.id}`, raw) })
      .where('id', '=', row.id)
      .execute();
    return true;
  });
}
