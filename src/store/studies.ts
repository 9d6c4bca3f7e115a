import { AfferentError } from '../../schema/errors.ts';
import { Policy } from '../../schema/policy.ts';
import { now } from './clock.ts';
import type { Store } from './open.ts';
import type { Tables } from './tables.ts';

const studyName = /^[a-z0-9][a-z0-9-]{0,62}$/;

/** @throws AfferentError `bad-study-name`, `study-exists` */
export async function createStudy(store: Store, id: string, policy: Policy | null): Promise<void> {
  if (!studyName.test(id)) throw new AfferentError('bad-study-name');
  const { numInsertedOrUpdatedRows } = await store.db
    .insertInto('study')
    .values({ id, policy: policy && JSON.stringify(policy), created_at: now() })
    .onConflict((c) => c.doNothing())
    .executeTakeFirstOrThrow();
  if (numInsertedOrUpdatedRows === 0n) throw new AfferentError('study-exists');
}

/** @throws AfferentError `unknown-study` */
export async function requireStudy(store: Store, id: string): Promise<Tables['study']> {
  const study = await store.db.selectFrom('study').selectAll().where('id', '=', id).executeTakeFirst();
  if (!study) throw new AfferentError('unknown-study');
  return study;
}

export async function listStudies(store: Store): Promise<Tables['study'][]> {
  return store.db.selectFrom('study').selectAll().orderBy('id').execute();
}

/** The study's policy, or null when it opens no alerts. */
export async function studyPolicy(store: Store, id: string): Promise<Policy | null> {
  const { policy } = await requireStudy(store, id);
  return policy === null ? null : Policy.parse(JSON.parse(policy));
}
