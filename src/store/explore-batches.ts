import { sql } from 'kysely';
import type { BatchRow, QuarantinePage, RunRow } from '../../schema/api.ts';
import { errorInWords } from './explore-studies.ts';
import type { Store } from './open.ts';

/** A page from 1, or the rows of a whole table in slices. */
export interface PageOf {
  page: number;
  size: number;
}

type Quarantined = QuarantinePage['rows'][number];
const count = sql<number>`count(*)`;

/** Arrivals of a study, newest first, with why units were not stored. */
export async function listBatches(store: Store, study: string, filter: { source?: string }, { page, size }: PageOf) {
  const query = store.db
    .selectFrom('batch')
    .innerJoin('source', 'source.id', 'batch.source')
    .where('batch.study', '=', study)
    .$if(filter.source !== undefined, (q) => q.where('batch.source', '=', filter.source as string));
  const { total } = await query.select(count.as('total')).executeTakeFirstOrThrow();
  const rows = await query
    .select(['batch.id', 'batch.source', 'source.kind', 'source.participant', 'batch.state', 'batch.error', 'batch.parts', 'batch.bytes'])
    .select(['batch.arrived_at', 'batch.closed_at', 'batch.received', 'batch.stored', 'batch.duplicate', 'batch.quarantined'])
    .select(['batch.excluded', 'batch.erased'])
    .orderBy('batch.arrived_at', 'desc')
    .orderBy('batch.id')
    .limit(size)
    .offset((page - 1) * size)
    .execute();
  const reasons = await reasonsOf(
    store,
    rows.map((row) => row.id),
  );
  return {
    rows: rows.map(({ id, arrived_at, closed_at, ...row }): BatchRow => {
      const own = reasons.filter((reason) => reason.batch === id);
      const by = (outcome: string) =>
        Object.fromEntries(own.filter((reason) => reason.outcome === outcome).map((reason) => [reason.reason, reason.units]));
      return {
        ...row,
        batch: id,
        arrivedAt: arrived_at,
        closedAt: closed_at,
        excludedBy: by('excluded'),
        quarantinedBy: by('quarantined'),
      };
    }),
    total,
    page,
    size,
  };
}

async function reasonsOf(store: Store, batches: string[]) {
  if (batches.length === 0) return [];
  return store.db.selectFrom('outcome_reason').selectAll().where('batch', 'in', batches).orderBy('reason').execute();
}

/** What could not be read or trusted: its reason and place, never what it says. */
export async function listQuarantine(
  store: Store,
  study: string,
  filter: { source?: string; batch?: string; reason?: string },
  { page, size }: PageOf,
): Promise<QuarantinePage> {
  const query = store.db
    .selectFrom('quarantine')
    .innerJoin('source', 'source.id', 'quarantine.source')
    .where('quarantine.study', '=', study)
    .$if(filter.source !== undefined, (q) => q.where('quarantine.source', '=', filter.source as string))
    .$if(filter.batch !== undefined, (q) => q.where('quarantine.batch', '=', filter.batch as string));
  const units = sql<number>`cast(coalesce(sum(quarantine.units), 0) as bigint)`;
  const reasons = await query
    .select(['quarantine.reason', count.as('rows'), units.as('units')])
    .groupBy('quarantine.reason')
    .orderBy('rows', 'desc')
    .orderBy('quarantine.reason')
    .execute();
  const chosen = reasons.filter((row) => filter.reason === undefined || row.reason === filter.reason);
  const rows = await query
    .$if(filter.reason !== undefined, (q) => q.where('quarantine.reason', '=', filter.reason as string))
    .select(['quarantine.id', 'quarantine.source', 'source.kind', 'quarantine.participant', 'quarantine.batch', 'quarantine.reason'])
    .select(['quarantine.field', 'quarantine.part', 'quarantine.unit', 'quarantine.position', 'quarantine.units', 'quarantine.day'])
    .orderBy('quarantine.batch')
    .orderBy('quarantine.part')
    .orderBy('quarantine.unit')
    .limit(size)
    .offset((page - 1) * size)
    .execute();
  return {
    rows: rows.map((row): Quarantined => ({ ...row, day: row.day || null })),
    total: chosen.reduce((sum, row) => sum + row.rows, 0),
    page,
    size,
    reasons: reasons.map((row) => {
      const { message, hint } = errorInWords(row.reason);
      return { ...row, message, hint };
    }),
  };
}

/** Runs of a study, newest first. */
export async function listRunRows(store: Store, study: string, { page, size }: PageOf) {
  const query = store.db.selectFrom('run').where('study', '=', study);
  const { total } = await query.select(count.as('total')).executeTakeFirstOrThrow();
  const rows = await query
    .selectAll()
    .orderBy('number', 'desc')
    .limit(size)
    .offset((page - 1) * size)
    .execute();
  const runs = rows.map((row) => row.id);
  const states =
    runs.length === 0
      ? []
      : await store.db
          .selectFrom('run_input')
          .select(['run', 'state', count.as('inputs')])
          .where('run', 'in', runs)
          .groupBy(['run', 'state'])
          .execute();
  return {
    rows: rows.map(
      (row): RunRow => ({
        run: row.id,
        number: row.number,
        state: row.state,
        ofRun: row.of_run,
        verify: row.verify === 1,
        engine: row.engine,
        models: (JSON.parse(row.models) as { name: string; id: string }[]).map(({ name, id }) => ({ name, id })),
        inputs: row.inputs,
        states: Object.fromEntries(states.filter((state) => state.run === row.id).map((state) => [state.state, state.inputs])),
        startedAt: row.started_at,
        finishedAt: row.finished_at,
      }),
    ),
    total,
    page,
    size,
  };
}
