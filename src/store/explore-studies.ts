import { sql } from 'kysely';
import type { SourceView, StudyCounts, StudyOverview } from '../../schema/api.ts';
import { type ErrorCode, errorTable } from '../../schema/errors.ts';
import type { Outcomes } from '../../schema/ledger.ts';
import { outcomeSums } from './explore-outcomes.ts';
import type { Store } from './open.ts';
import { requireStudy } from './studies.ts';

type Counts = typeof StudyCounts._output;
const noUnits: Outcomes = { received: 0, stored: 0, duplicate: 0, quarantined: 0, excluded: 0, erased: 0 };

/** A stored error code in words. */
export function errorInWords(code: string): { code: string; message: string; hint: string } {
  const { message, hint } = errorTable[Object.hasOwn(errorTable, code) ? (code as ErrorCode) : 'internal'];
  return { code, message, hint };
}

/** How much of what a study holds. */
export async function studyCounts(store: Store, study: string): Promise<Counts> {
  const count = async (table: 'participant' | 'source' | 'record' | 'series' | 'score') => {
    const row = await store.db
      .selectFrom(table)
      .select(sql<number>`count(*)`.as('rows'))
      .where('study', '=', study)
      .executeTakeFirstOrThrow();
    return row.rows;
  };
  return {
    participants: await count('participant'),
    sources: await count('source'),
    records: await count('record'),
    series: await count('series'),
    scores: await count('score'),
  };
}

/** A study at a glance; `schedule` of its sources is null here and known to Temporal. @throws AfferentError `unknown-study` */
export async function studyOverview(store: Store, id: string): Promise<StudyOverview> {
  const study = await requireStudy(store, id);
  const sources = await sourceViews(store, id);
  const totals = { ...noUnits };
  for (const source of sources) for (const name of outcomeKeys) totals[name] += source.totals[name];
  return {
    study: id,
    createdAt: study.created_at,
    counts: await studyCounts(store, id),
    totals,
    participants: await participants(store, id, sources),
    sources,
  };
}

const outcomeKeys = Object.keys(noUnits) as (keyof Outcomes)[];

async function participants(store: Store, study: string, sources: readonly SourceView[]): Promise<StudyOverview['participants']> {
  const rows = await store.db.selectFrom('participant').select(['id', 'added_at']).where('study', '=', study).orderBy('id').execute();
  const counted = async (table: 'record' | 'series') => {
    const counts = await store.db
      .selectFrom(table)
      .select(['participant', sql<number>`count(*)`.as('rows')])
      .where('participant', 'in', (eb) => eb.selectFrom('participant').select('id').where('study', '=', study))
      .groupBy('participant')
      .execute();
    return new Map(counts.map((row) => [row.participant, row.rows]));
  };
  const [records, series] = [await counted('record'), await counted('series')];
  return rows.map((row) => ({
    participant: row.id,
    addedAt: row.added_at,
    sources: sources.filter((source) => source.participant === row.id).length,
    records: records.get(row.id) ?? 0,
    series: series.get(row.id) ?? 0,
  }));
}

async function sourceViews(store: Store, study: string): Promise<SourceView[]> {
  const rows = await store.db
    .selectFrom('source')
    .select(['id', 'participant', 'kind', 'state', 'every_seconds', 'last_run_at', 'last_error'])
    .where('study', '=', study)
    .orderBy('kind')
    .orderBy('id')
    .execute();
  const totals = await store.db
    .selectFrom('batch')
    .select(['source', sql<number>`count(*)`.as('batches'), ...outcomeSums('batch')])
    .where('study', '=', study)
    .groupBy('source')
    .execute();
  const days = await store.db
    .selectFrom('ledger')
    .innerJoin('batch', 'batch.id', 'ledger.batch')
    .select((eb) => ['batch.source', eb.fn.min('ledger.day').as('first'), eb.fn.max('ledger.day').as('last')])
    .where('batch.study', '=', study)
    .where('ledger.day', '<>', '')
    .groupBy('batch.source')
    .execute();
  const totalsOf = new Map(totals.map((row) => [row.source, row]));
  const daysOf = new Map(days.map((row) => [row.source, row]));
  return rows.map((row) => {
    const { source: _, batches, ...sums } = totalsOf.get(row.id) ?? { source: row.id, batches: 0, ...noUnits };
    return {
      source: row.id,
      participant: row.participant,
      kind: row.kind,
      state: row.state,
      everySeconds: row.every_seconds,
      schedule: null,
      lastRunAt: row.last_run_at,
      lastError: row.last_error === null ? null : errorInWords(row.last_error),
      batches,
      totals: sums,
      firstDay: daysOf.get(row.id)?.first ?? null,
      lastDay: daysOf.get(row.id)?.last ?? null,
    };
  });
}
