import type { Transaction } from 'kysely';
import { keyUnlessGone } from '../keys.ts';
import type { Store } from '../open.ts';
import type { RunModel } from '../runs.ts';
import { seal, unseal } from '../seal.ts';
import type { Tables } from '../tables.ts';
import type { FrozenTable } from './frozen.ts';

/** What a model carried behind the first so many stretches. */
export interface SavedState {
  stretches: number;
  body: Buffer;
}

/** Whom, with what and on what machine; a state goes on nowhere else, or its bits could not be had again from the beginning. */
export interface StateOf {
  model: RunModel;
  /** All of engine and machine that a last bit may hang on. */
  machine: string;
}

const sealedAt = (participant: string, model: string) => `stream_state|${participant}|${model}`;

function placeOf(store: Store, { study, participant, rows }: FrozenTable, { model, machine }: StateOf, stretches: number): string {
  const ids = rows.slice(0, stretches).map(({ id }) => id);
  return store.secrets.study(study)('stream-state', participant, model.id, model.thresholds, machine, ids.join());
}

/** The state to go on from: saved behind stretches that are the first of these too. */
export async function savedState(store: Store, frozen: FrozenTable, of: StateOf): Promise<SavedState | null> {
  const { participant } = frozen;
  const row = await store.db
    .selectFrom('stream_state')
    .selectAll()
    .where('participant', '=', participant)
    .where('model', '=', of.model.id)
    .executeTakeFirst();
  if (!row || row.stretches > frozen.rows.length || row.place !== placeOf(store, frozen, of, row.stretches)) return null;
  const key = await keyUnlessGone(store, participant);
  return key && { stretches: row.stretches, body: unseal(key, sealedAt(participant, of.model.id), row.body) };
}

/** Keeps the newest state of a participant under a model, together with the scores that it has been through. */
export async function saveState(
  store: Store,
  tx: Transaction<Tables>,
  key: Buffer,
  frozen: FrozenTable,
  of: StateOf,
  { stretches, body }: SavedState,
): Promise<void> {
  const { participant } = frozen;
  const sealed = seal(key, sealedAt(participant, of.model.id), body);
  const state = { stretches, place: placeOf(store, frozen, of, stretches), body: sealed };
  await tx
    .insertInto('stream_state')
    .values({ participant, model: of.model.id, ...state })
    .onConflict((c) => c.columns(['participant', 'model']).doUpdateSet(state))
    .execute();
}
