import { AfferentError } from '../../schema/errors.ts';
import { closeDrift } from './drift.ts';
import type { Store } from './open.ts';
import { seal } from './seal.ts';
import { type SourceSettings, sourceSettings } from './sources.ts';

/**
 * Changes what is declared of a source; what is not named stays. It holds for what is read from now on, and for what is replayed.
 * @throws AfferentError `unknown-source`
 */
export async function changeSourceSettings(store: Store, study: string, id: string, change: Partial<SourceSettings>): Promise<void> {
  const row = await store.db.selectFrom('source').select(['study', 'participant']).where('id', '=', id).executeTakeFirst();
  if (row?.study !== study || row.participant === null) throw new AfferentError('unknown-source');
  const settings = { ...(await sourceSettings(store, id)), ...change };
  const sealed = seal(await store.keys.key(row.participant), `source|${id}`, JSON.stringify(settings));
  await store.db.updateTable('source').set({ settings: sealed }).where('id', '=', id).where('state', '<>', 'erased').execute();
  if (change.mapping !== undefined) await closeDrift(store, id);
}
