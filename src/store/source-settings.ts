import { AfferentError } from '../../schema/errors.ts';
import { closeDrift } from './drift.ts';
import type { Store } from './open.ts';
import { seal } from './seal.ts';
import { readingUnder, type SourceSettings, sourceSettings } from './sources.ts';

/**
 * Changes what is declared of a source; what is not named stays. It holds for what is read from now on, and for what is replayed.
 * @param again whether files that were read to their end are to be read anew; of units that were not told whose they are they are anyway
 * @returns whether they will be
 * @throws AfferentError `unknown-source`
 */
export async function changeSourceSettings(
  store: Store,
  study: string,
  id: string,
  change: Partial<SourceSettings>,
  again = false,
): Promise<boolean> {
  const row = await store.db.selectFrom('source').select(['study', 'participant']).where('id', '=', id).executeTakeFirst();
  if (row?.study !== study || row.participant === null) throw new AfferentError('unknown-source');
  const before = await sourceSettings(store, id);
  const known = before.reading ?? 0;
  const reading = again ? known + 1 : await readingUnder(store, id, before, change.account ?? null);
  const settings = { ...before, ...change, ...(reading === 0 ? {} : { reading }) };
  const sealed = seal(await store.keys.key(row.participant), `source|${id}`, JSON.stringify(settings));
  await store.db.updateTable('source').set({ settings: sealed }).where('id', '=', id).where('state', '<>', 'erased').execute();
  if (change.mapping !== undefined) await closeDrift(store, id);
  return reading > known;
}
