import { AfferentError, type ErrorCode } from '../../schema/errors.ts';
import type { Arrival } from '../../schema/source.ts';
import { now } from './clock.ts';
import { leaveQuarantine } from './erase-unit.ts';
import type { Store } from './open.ts';
import { seal, unseal } from './seal.ts';
import { notTold, requireNotErased, type SourceRow } from './sources.ts';
import type { Tables } from './tables.ts';

export type BatchRow = Omit<Tables['batch'], 'arrival'>;

/**
 * The batch of an arrival. One that was read to its end is not an arrival again; one that was interrupted goes on from its cursor.
 * One that failed is tried again, unless it failed at or after the time given (ISO; null: whenever it failed).
 * @param reading which reading of the source's files it is: in a later one each is an arrival again
 * @param contentHash sha256 (hex) of the arrival's bytes; stored keyed
 * @throws AfferentError `unknown-source`, `key-gone` when its participant has withdrawn
 */
export async function openBatch(
  store: Store,
  source: SourceRow,
  arrival: Arrival,
  contentHash: string,
  bytes: number,
  parts: number,
  since: string | null,
  reading = 0,
): Promise<BatchRow> {
  const hash = store.secrets.study(source.study);
  const arrivalKey = keyOf(store, source, arrival, reading);
  const contentKey = hash('bytes', contentHash);
  const id = `b_${hash('batch', source.id, arrivalKey, contentKey).slice(0, 20)}`;
  const key = await store.keys.key(source.participant);
  const fresh: Tables['batch'] = {
    id,
    study: source.study,
    source: source.id,
    arrival: seal(key, `batch|${id}`, JSON.stringify(arrival)),
    arrival_key: arrivalKey,
    content_key: contentKey,
    state: 'open',
    error: null,
    received: 0,
    stored: 0,
    duplicate: 0,
    quarantined: 0,
    excluded: 0,
    erased: 0,
    cursor_part: 0,
    cursor_unit: 0,
    parts,
    bytes,
    arrived_at: now(),
    closed_at: null,
  };
  return store.db.transaction().execute(async (tx) => {
    await requireNotErased(store, tx, source.id);
    await tx
      .insertInto('batch')
      .values(fresh)
      .onConflict((c) => c.doNothing())
      .execute();
    const reopened = { state: 'open', error: null, closed_at: null } as const;
    await tx
      .updateTable('batch')
      .set(reopened)
      .where('id', '=', id)
      .where((e) =>
        e.or([e('state', '=', 'cancelled'), e.and([e('state', '=', 'failed'), ...(since === null ? [] : [e('closed_at', '<', since)])])]),
      )
      .execute();
    const { arrival: _, ...batch } = await tx.selectFrom('batch').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
    return batch;
  });
}

export async function requireBatch(store: Store, id: string): Promise<BatchRow> {
  const row = await store.db.selectFrom('batch').selectAll().where('id', '=', id).executeTakeFirst();
  if (!row) throw new AfferentError('not-found');
  const { arrival: _, ...batch } = row;
  return batch;
}

export async function batchArrival(store: Store, id: string): Promise<Arrival> {
  const row = await store.db
    .selectFrom('batch')
    .innerJoin('source', 'source.id', 'batch.source')
    .select(['batch.arrival', 'source.participant'])
    .where('batch.id', '=', id)
    .executeTakeFirst();
  if (!row?.arrival || !row.participant) throw new AfferentError('not-found');
  return JSON.parse(unseal(await store.keys.key(row.participant), `batch|${id}`, row.arrival).toString('utf8'));
}

/** @param reread whether the same bytes may have been read before: units that were not told then are duplicates of those told now */
export async function closeBatch(
  store: Store,
  id: string,
  state: 'done' | 'failed' | 'cancelled',
  error: ErrorCode | null,
  reread = false,
): Promise<void> {
  await store.db.transaction().execute(async (tx) => {
    await tx.updateTable('batch').set({ state, error, closed_at: now() }).where('id', '=', id).where('state', '=', 'open').execute();
    if (!reread || state !== 'done') return;
    const earlier = await tx
      .selectFrom('quarantine')
      .innerJoin('batch', 'batch.id', 'quarantine.batch')
      .innerJoin('batch as now', (join) => join.onRef('now.source', '=', 'batch.source').onRef('now.content_key', '=', 'batch.content_key'))
      .select(['quarantine.id', 'quarantine.batch', 'quarantine.day', 'quarantine.units', 'quarantine.reason'])
      .where('now.id', '=', id)
      .where('now.state', '=', 'done')
      .where('batch.id', '<>', id)
      .where('quarantine.reason', 'in', notTold)
      .orderBy('quarantine.id')
      .execute();
    for (const row of earlier) await leaveQuarantine(tx, row, 'duplicate');
  });
}

/** What names an arrival at its source. */
function keyOf(store: Store, source: SourceRow, { path }: Arrival, reading: number): string {
  return store.secrets.study(source.study)('arrival', source.id, path, ...(reading === 0 ? [] : [String(reading)]));
}

/** Whether an arrival was read to its end and has neither grown nor been touched since. Its bytes are not read for that. */
export async function unchangedArrival(
  store: Store,
  source: SourceRow,
  arrival: Arrival,
  bytes: number,
  modifiedMs: number,
  reading = 0,
): Promise<boolean> {
  const arrivalKey = keyOf(store, source, arrival, reading);
  const row = await store.db
    .selectFrom('batch')
    .select('id')
    .where('source', '=', source.id)
    .where('arrival_key', '=', arrivalKey)
    .where('bytes', '=', bytes)
    .where('state', '=', 'done')
    .where('arrived_at', '>', new Date(modifiedMs).toISOString())
    .executeTakeFirst();
  return row !== undefined;
}
