import type { Transaction } from 'kysely';
import type { Store } from './open.ts';
import type { Tables } from './tables.ts';

/** A span in which a feed may have missed something: the other side did not go back as far as it was asked to. UTC ms. */
export interface Lapse {
  fromMs: number;
  toMs: number;
}

/** Notes a lapse; the same one, seen again from the same place, only grows. */
export async function noteLapse(tx: Transaction<Tables>, source: string, { fromMs, toMs }: Lapse, nowMs: number): Promise<void> {
  const [from, to, noted] = [fromMs, toMs, nowMs].map((ms) => new Date(ms).toISOString()) as [string, string, string];
  await tx
    .insertInto('feed_lapse')
    .values({ source, from_at: from, to_at: to, noted_at: noted })
    .onConflict((c) => c.columns(['source', 'from_at']).doUpdateSet({ to_at: to }))
    .execute();
}

export interface LapseRow {
  source: string;
  from: string;
  to: string;
  notedAt: string;
}

/** What the feeds of a study may have missed, oldest first. */
export async function listLapses(store: Store, study: string): Promise<LapseRow[]> {
  return store.db
    .selectFrom('feed_lapse')
    .innerJoin('source', 'source.id', 'feed_lapse.source')
    .select(['feed_lapse.source', 'feed_lapse.from_at as from', 'feed_lapse.to_at as to', 'feed_lapse.noted_at as notedAt'])
    .where('source.study', '=', study)
    .orderBy('feed_lapse.from_at')
    .orderBy('feed_lapse.source')
    .execute();
}
