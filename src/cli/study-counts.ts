import type { Store } from '../store/open.ts';

export interface StudyCounts {
  participants: number;
  sources: number;
  records: number;
  series: number;
  scores: number;
}

/** How much a study holds. `series` counts stored stretches of signals, not samples. */
export async function studyCounts(store: Store, study: string): Promise<StudyCounts> {
  const count = async (table: 'participant' | 'source' | 'record' | 'series' | 'score') => {
    const row = await store.db
      .selectFrom(table)
      .select((eb) => eb.fn.countAll<number>().as('n'))
      .where('study', '=', study)
      .executeTakeFirstOrThrow();
    return Number(row.n);
  };
  return {
    participants: await count('participant'),
    sources: await count('source'),
    records: await count('record'),
    series: await count('series'),
    scores: await count('score'),
  };
}
