import { now } from './clock.ts';
import type { Store } from './open.ts';
import type { Tables } from './tables.ts';

/** Remembers a model whose folder the home keeps. */
export async function keepModel(store: Store, model: Omit<Tables['model'], 'kept_at'>): Promise<void> {
  await store.db
    .insertInto('model')
    .values({ ...model, kept_at: now() })
    .onConflict((c) => c.column('id').doUpdateSet({ thresholds_id: model.thresholds_id }))
    .execute();
}

export async function keptModels(store: Store): Promise<Tables['model'][]> {
  return store.db.selectFrom('model').selectAll().orderBy('name').orderBy('id').execute();
}
