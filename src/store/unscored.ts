import type { Store } from './open.ts';
import { recordingsNow } from './recordings.ts';

/**
 * Inputs that no model could score, by reason. Recordings, and the minutes or days of a participant, are told as they stand now: that they
 * were too short before they grew is no news.
 */
export async function unscoredInputs(store: Store, study: string): Promise<{ reason: string; inputs: number }[]> {
  const failed = await store.db
    .selectFrom('run_input')
    .innerJoin('run', 'run.id', 'run_input.run')
    .select((eb) => ['run_input.error', 'run_input.series', eb.fn.countAll<number>().as('n')])
    .where('run.study', '=', study)
    .where('run.verify', '=', 0)
    .where('run_input.state', '=', 'failed')
    .where('run_input.tables', 'is', null)
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
  for (const reason of await unscoredTables(store, study)) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return [...counts].map(([reason, inputs]) => ({ reason, inputs })).sort((a, b) => (a.reason < b.reason ? -1 : 1));
}

/** Why minutes or days cannot be scored in the newest state that a run froze of them, for each participant and model. A rerun is as old as its run. */
async function unscoredTables(store: Store, study: string): Promise<string[]> {
  const states = await store.db
    .selectFrom('run_input')
    .innerJoin('run', 'run.id', 'run_input.run')
    .innerJoin('model', 'model.id', 'run_input.model')
    .leftJoin('run as repeated', 'repeated.id', 'run.of_run')
    .select(['run_input.participant', 'model.name', 'run_input.state', 'run_input.error'])
    .where('run.study', '=', study)
    .where('run.verify', '=', 0)
    .where('run_input.tables', 'is not', null)
    .where('run_input.state', 'in', ['scored', 'failed', 'erased'])
    .orderBy((eb) => eb.fn.coalesce('repeated.number', 'run.number'))
    .orderBy('run.number')
    .execute();
  const newest = new Map(states.map((input) => [`${input.participant} ${input.name}`, input]));
  return [...newest.values()].flatMap(({ state, error }) => (state === 'failed' ? [error ?? 'engine-failed'] : []));
}
