import type { Store } from './open.ts';
import { recordingsNow } from './recordings.ts';

/** Inputs that no model could score, by reason. A recording is told as it stands now: that it was too short before it grew is no news. */
export async function unscoredInputs(store: Store, study: string): Promise<{ reason: string; inputs: number }[]> {
  const failed = await store.db
    .selectFrom('run_input')
    .innerJoin('run', 'run.id', 'run_input.run')
    .select((eb) => ['run_input.error', 'run_input.series', eb.fn.countAll<number>().as('n')])
    .where('run.study', '=', study)
    .where('run.verify', '=', 0)
    .where('run_input.state', '=', 'failed')
    .groupBy(['run_input.error', 'run_input.series'])
    .orderBy('run_input.error')
    .execute();
  const recordings = failed.some(({ series }) => series !== null) ? await recordingsNow(store.db, study) : [];
  const now = new Set(recordings.map(({ series }) => series));
  const counts = new Map<string, number>();
  for (const { error, series, n } of failed) {
    if (series !== null && !now.has(series)) continue;
    const reason = error ?? 'engine-failed';
    counts.set(reason, (counts.get(reason) ?? 0) + Number(n));
  }
  return [...counts].map(([reason, inputs]) => ({ reason, inputs }));
}
