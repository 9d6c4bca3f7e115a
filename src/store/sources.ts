import type { Transaction } from 'kysely';
import { AfferentError } from '../../schema/errors.ts';
import { now } from './clock.ts';
import type { Store } from './open.ts';
import { seal, unseal } from './seal.ts';
import type { Tables } from './tables.ts';

/** What the lab declared of a source. Sealed with the participant's key: a path may hold a name. */
export interface SourceSettings {
  path: string;
  mapping: Record<string, string>;
  zone: string | null;
  account: string | null;
  /** Units that each day should bring, where the study's protocol says so. */
  expected?: number;
  /** How often files that had been read to their end were to be read anew; each time they are arrivals again. */
  reading?: number;
}

const pushedPath = 'push:';

/** What stands for the path of a source that has none: devices push to it, or a feed brings what it gets. */
export function pushedSource(name: string): string {
  return `${pushedPath}${name}`;
}

export function isPushed(path: string): boolean {
  return path.startsWith(pushedPath);
}

export interface SourceRow extends Omit<Tables['source'], 'settings' | 'participant'> {
  participant: string;
}

/** Adds a source; the same kind and path of the same participant is the same source. */
export async function addSource(
  store: Store,
  study: string,
  participant: string,
  kind: string,
  settings: SourceSettings,
  everySeconds: number | null,
): Promise<{ id: string; added: boolean }> {
  const id = `s_${store.secrets.study(study)('source', participant, kind, settings.path).slice(0, 20)}`;
  const key = await store.keys.key(participant);
  const known = await store.db.selectFrom('source').select('participant').where('id', '=', id).executeTakeFirst();
  const reading = known?.participant ? await readingUnder(store, id, await sourceSettings(store, id), settings.account) : 0;
  const sealed = seal(key, `source|${id}`, JSON.stringify(reading === 0 ? settings : { ...settings, reading }));
  if (known) {
    await store.db
      .updateTable('source')
      .set({ settings: sealed, every_seconds: everySeconds })
      .where('id', '=', id)
      .where('state', '<>', 'erased')
      .execute();
    return { id, added: false };
  }
  await store.db
    .insertInto('source')
    .values({
      id,
      study,
      participant,
      kind,
      settings: sealed,
      every_seconds: everySeconds,
      state: 'idle',
      holder: null,
      last_error: null,
      last_run_at: null,
      created_at: now(),
    })
    .execute();
  return { id, added: true };
}

/** Reasons of units that are quarantined without their bytes, as whose they are was not known: only their file can tell them again. */
export const notTold = ['no-account', 'wrong-participant'] as const;

/** The number of the reading under an account: another than before where units were not told whose they are, or were told to be others'. */
export async function readingUnder(store: Store, id: string, before: SourceSettings, account: string | null): Promise<number> {
  const reading = before.reading ?? 0;
  if (account === null || account === before.account || isPushed(before.path)) return reading;
  const waiting = await store.db
    .selectFrom('quarantine')
    .select('id')
    .where('source', '=', id)
    .where('reason', 'in', notTold)
    .limit(1)
    .executeTakeFirst();
  if (waiting !== undefined) return reading + 1;
  const others = await store.db
    .selectFrom('outcome_reason')
    .innerJoin('batch', 'batch.id', 'outcome_reason.batch')
    .select('batch.id')
    .where('batch.source', '=', id)
    .where('outcome_reason.outcome', '=', 'excluded')
    .where('outcome_reason.reason', '=', 'other-person')
    .limit(1)
    .executeTakeFirst();
  return others === undefined ? reading : reading + 1;
}

/** A source whose participant is still with the study. @throws AfferentError `unknown-source` */
export async function requireSource(store: Store, id: string): Promise<SourceRow> {
  const row = await store.db.selectFrom('source').selectAll().where('id', '=', id).executeTakeFirst();
  if (!row?.participant) throw new AfferentError('unknown-source');
  const { settings: _, ...rest } = row;
  return { ...rest, participant: row.participant };
}

/**
 * Holds off a withdrawal until the transaction ends: a writer that still has the key in memory must not write after it.
 * @throws AfferentError `unknown-source`
 */
export async function requireNotErased(store: Store, tx: Transaction<Tables>, id: string): Promise<void> {
  const row = await tx
    .selectFrom('source')
    .select('participant')
    .where('id', '=', id)
    .$if(store.adapter.name === 'postgres', (query) => query.forShare())
    .executeTakeFirst();
  if (!row?.participant) throw new AfferentError('unknown-source');
}

export async function sourceSettings(store: Store, id: string): Promise<SourceSettings> {
  const row = await store.db.selectFrom('source').select(['participant', 'settings']).where('id', '=', id).executeTakeFirst();
  if (!row?.participant || !row.settings) throw new AfferentError('unknown-source');
  return JSON.parse(unseal(await store.keys.key(row.participant), `source|${id}`, row.settings).toString('utf8'));
}

export async function listSources(store: Store, study: string): Promise<SourceRow[]> {
  const rows = await store.db.selectFrom('source').selectAll().where('study', '=', study).orderBy('id').execute();
  return rows.flatMap(({ settings: _, participant, ...rest }) => (participant ? [{ ...rest, participant }] : []));
}

/**
 * Takes a source for a workflow run, so that a run by hand and a scheduled one never read it at once.
 * @returns the holder: the caller when it was free or already theirs
 */
export async function holdSource(store: Store, id: string, holder: string, instead: string | null): Promise<string> {
  return store.db.transaction().execute(async (tx) => {
    const row = await tx
      .selectFrom('source')
      .select(['holder', 'participant'])
      .where('id', '=', id)
      .$if(store.adapter.name === 'postgres', (query) => query.forUpdate())
      .executeTakeFirst();
    if (!row?.participant) throw new AfferentError('unknown-source');
    if (row.holder !== null && row.holder !== holder && row.holder !== instead) return row.holder;
    await tx.updateTable('source').set({ holder, state: 'running' }).where('id', '=', id).execute();
    return holder;
  });
}

/** Lets a source go. `error` is the code that ended the run, if one did; batches that it left open are closed as cancelled, at their last commit. */
export async function releaseSource(store: Store, id: string, holder: string, error: string | null): Promise<void> {
  await store.db.transaction().execute(async (tx) => {
    const { numUpdatedRows } = await tx
      .updateTable('source')
      .set({ holder: null, state: error === null ? 'idle' : 'failed', last_error: error, last_run_at: now() })
      .where('id', '=', id)
      .where('holder', '=', holder)
      .where('state', '<>', 'erased')
      .executeTakeFirstOrThrow();
    if (numUpdatedRows === 0n) return;
    await tx
      .updateTable('batch')
      .set({ state: 'cancelled', error: error ?? 'interrupted', closed_at: now() })
      .where('source', '=', id)
      .where('state', '=', 'open')
      .execute();
  });
}

export async function setSourceQueued(store: Store, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await store.db.updateTable('source').set({ state: 'queued' }).where('id', 'in', ids).where('state', 'in', ['idle', 'failed']).execute();
}
