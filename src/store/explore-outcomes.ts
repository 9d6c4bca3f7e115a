import { sql } from 'kysely';

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
