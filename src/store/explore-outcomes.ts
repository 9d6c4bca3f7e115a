import { sql } from 'kysely';
import type { Store } from './open.ts';

/** Sums of the outcomes as numbers: PostgreSQL adds bigints up to a numeric, which its driver hands out as text. */
export function outcomeSums(table: 'batch' | 'ledger') {
  const sum = (name: string) => sql<number>`cast(coalesce(sum(${sql.ref(`${table}.${name}`)}), 0) as bigint)`;
  return [
    sum('received').as('received'),
    sum('stored').as('stored'),
    sum('duplicate').as('duplicate'),
    sum('quarantined').as('quarantined'),
    sum('excluded').as('excluded'),
    sum('erased').as('erased'),
  ] as const;
}

/** Sources of whose exports no file is of their kind, so that nothing was ever read: most likely the kind is wrong. */
export async function unreadSources(store: Store, study: string): Promise<string[]> {
  const unused = store.db
    .selectFrom('outcome_reason')
    .innerJoin('batch as of', 'of.id', 'outcome_reason.batch')
    .select('of.source')
    .select(sql<number>`sum(outcome_reason.units)`.as('units'))
    .where('of.study', '=', study)
    .where('outcome_reason.reason', '=', 'file-not-used')
    .groupBy('of.source');
  const rows = await store.db
    .selectFrom('batch')
    .innerJoin(unused.as('unused'), 'unused.source', 'batch.source')
    .select('batch.source')
    .groupBy(['batch.source', 'unused.units'])
    .having(sql<boolean>`sum(batch.received) = unused.units`)
    .orderBy('batch.source')
    .execute();
  return rows.map(({ source }) => source);
}

/**
 * Sources of which nothing is the participant's own and something is another person's: most likely the account that was declared is not
 * written as the export has it.
 */
export async function sourcesOfOthers(store: Store, study: string): Promise<string[]> {
  // What says nothing of whose an export is.
  const neutral = ['other-person', 'not-collected', 'file-not-used'];
  const reasons = store.db.selectFrom('outcome_reason').innerJoin('batch as of', 'of.id', 'outcome_reason.batch').select('of.source');
  const excluded = reasons.where('of.study', '=', study).where('outcome_reason.outcome', '=', 'excluded');
  const rows = await store.db
    .selectFrom('batch')
    .select('source')
    .where('study', '=', study)
    .where('source', 'in', excluded.where('outcome_reason.reason', '=', 'other-person'))
    .where('source', 'not in', excluded.where('outcome_reason.reason', 'not in', neutral))
    .groupBy('source')
    .having((eb) => eb(eb.fn.sum<number>(sql`stored + quarantined + erased`), '=', 0))
    .orderBy('source')
    .execute();
  return rows.map(({ source }) => source);
}
