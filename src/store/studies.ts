import { AfferentError } from '../../schema/errors.ts';
import { Policy } from '../../schema/policy.ts';
import { now } from './clock.ts';
import type { Store } from './open.ts';
import type { Tables } from './tables.ts';

const studyName = /^[a-z0-9][a-z0-9-]{0,62}$/;

/** @throws AfferentError `bad-study-name`, `study-exists` */
export async function createStudy(store: Store, id: string, policy: Policy | null, models: readonly string[] = []): Promise<void> {
  if (!studyName.test(id)) throw new AfferentError('bad-study-name');
  const { numInsertedOrUpdatedRows } = await store.db
    .insertInto('study')
    .values({ id, policy: policy && JSON.stringify(policy), created_at: now(), models: listed(models) })
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

/** Names of the models of minutes and days that the study has chosen. */
export async function studyModels(store: Store, id: string): Promise<string[]> {
  return namesIn(await requireStudy(store, id));
}

/** Chooses models for the study, and takes back the choice of others; what they have scored stays. @throws AfferentError `unknown-study` */
export async function changeStudyModels(store: Store, id: string, change: { add: readonly string[]; remove: readonly string[] }) {
  return store.db.transaction().execute(async (tx) => {
    const study = await tx
      .selectFrom('study')
      .selectAll()
      .where('id', '=', id)
      // Who chooses at the same moment waits, or one choice would be lost.
      .$if(store.adapter.name === 'postgres', (query) => query.forUpdate())
      .executeTakeFirst();
    if (!study) throw new AfferentError('unknown-study');
    const before = namesIn(study);
    const models = [...new Set([...before, ...change.add])].filter((name) => !change.remove.includes(name)).sort();
    await tx
      .updateTable('study')
      .set({ models: listed(models) })
      .where('id', '=', id)
      .execute();
    return { before, models };
  });
}

export function namesIn({ models }: Pick<Tables['study'], 'models'>): string[] {
  return models === null ? [] : (JSON.parse(models) as string[]);
}

function listed(models: readonly string[]): string | null {
  return models.length === 0 ? null : JSON.stringify([...new Set(models)].sort());
}
