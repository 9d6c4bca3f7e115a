import { sql } from 'kysely';
import type { Ledger, LedgerDay, LedgerSource } from '../../schema/api.ts';
import type { Outcomes } from '../../schema/ledger.ts';
import { outcomeSums } from './explore-outcomes.ts';
import type { Store } from './open.ts';
import { requireStudy } from './studies.ts';

type Day = typeof LedgerDay._output;
type Source = typeof LedgerSource._output;

export interface LedgerFilter {
  source?: string;
  from?: string;
  to?: string;
}

const dayMs = 86_400_000;

/** The ledger by source and day, with the days on which nothing was received. @throws AfferentError `unknown-study` */
export async function studyLedger(store: Store, study: string, filter: LedgerFilter): Promise<Ledger> {
  await requireStudy(store, study);
  const sources = await store.db
    .selectFrom('source')
    .select(['id', 'kind', 'participant'])
    .where('study', '=', study)
    .$if(filter.source !== undefined, (query) => query.where('id', '=', filter.source as string))
    .orderBy('kind')
    .orderBy('id')
    .execute();
  const days = await daysOf(store, study, filter);
  const list = sources.map((row): Source => {
    const own = days.get(row.id) ?? [];
    const dated = own.flatMap((day) => (day.day === null ? [] : [day.day]));
    return {
      source: row.id,
      kind: row.kind,
      participant: row.participant,
      firstDay: dated[0] ?? null,
      lastDay: dated.at(-1) ?? null,
      totals: total(own),
      days: own,
      missing: missingDays(dated),
    };
  });
  return { study, totals: total(list.map((source) => source.totals)), sources: list };
}

async function daysOf(store: Store, study: string, filter: LedgerFilter): Promise<Map<string, Day[]>> {
  const rows = await store.db
    .selectFrom('ledger')
    .innerJoin('batch', 'batch.id', 'ledger.batch')
    .select(['batch.source', 'ledger.day', sql<number>`count(*)`.as('batches'), ...outcomeSums('ledger')])
    .where('batch.study', '=', study)
    .$if(filter.source !== undefined, (query) => query.where('batch.source', '=', filter.source as string))
    .$if(filter.from !== undefined, (query) => query.where('ledger.day', '>=', filter.from as string))
    .$if(filter.to !== undefined, (query) => query.where('ledger.day', '<=', filter.to as string).where('ledger.day', '<>', ''))
    .groupBy(['batch.source', 'ledger.day'])
    .execute();
  const days = new Map<string, Day[]>();
  for (const { source, day, ...counts } of rows) {
    if (counts.received === 0) continue;
    const list = days.get(source) ?? [];
    list.push({ day: day || null, ...counts });
    days.set(source, list);
  }
  const order = (day: Day) => day.day ?? '~';
  for (const list of days.values()) list.sort((a, b) => (order(a) < order(b) ? -1 : 1));
  return days;
}

function total(rows: readonly Outcomes[]): Outcomes {
  const sum = { received: 0, stored: 0, duplicate: 0, quarantined: 0, excluded: 0, erased: 0 };
  for (const row of rows) for (const name of Object.keys(sum) as (keyof Outcomes)[]) sum[name] += row[name];
  return sum;
}

/** Runs of days between neighbours in a sorted list of days, as inclusive ranges. */
export function missingDays(days: readonly string[]): Source['missing'] {
  const missing: Source['missing'] = [];
  for (let i = 1; i < days.length; i++) {
    const [before, after] = [Date.parse(days[i - 1] as string), Date.parse(days[i] as string)];
    const count = Math.round((after - before) / dayMs) - 1;
    if (count < 1) continue;
    const iso = (ms: number) => new Date(ms).toISOString().slice(0, 10);
    missing.push({ from: iso(before + dayMs), to: iso(after - dayMs), days: count });
  }
  return missing;
}
