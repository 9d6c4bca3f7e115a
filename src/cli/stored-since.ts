import type { Outcomes } from '../../schema/ledger.ts';
import { ledgerRows } from '../store/ledger.ts';
import type { Store } from '../store/open.ts';
import { sumOutcomes } from './outcome-columns.ts';

/** What a study holds at a moment, by batch and by run: totals would hide what came while as much went. */
export interface Held {
  batches: Map<string, Outcomes & { source: string }>;
  /** Scores by run. */
  scores: Map<string, number>;
}

/** @throws AfferentError `unknown-study` */
export async function heldNow(store: Store, study: string): Promise<Held> {
  const batches: Held['batches'] = new Map();
  for (const row of await ledgerRows(store, study)) {
    const known = batches.get(row.batch);
    batches.set(row.batch, { source: row.source, ...sumOutcomes(known ? [known, row] : [row]) });
  }
  const rows = await store.db
    .selectFrom('score')
    .select(['run', (eb) => eb.fn.countAll<number>().as('scores')])
    .where('study', '=', study)
    .groupBy('run')
    .execute();
  return { batches, scores: new Map(rows.map(({ run, scores }) => [run, Number(scores)])) };
}

/**
 * What became of the units of a source that were read in between: of batches that were begun, and of those that went on. What they had
 * erased of earlier batches is not among these.
 */
export function readSince(source: string, before: Held, after: Held): Outcomes {
  const read: Outcomes[] = [];
  for (const [batch, now] of after.batches) {
    const then = before.batches.get(batch);
    if (now.source === source && now.received > (then?.received ?? 0)) read.push(difference(now, then));
  }
  return sumOutcomes(read);
}

/** Units of a source that had been stored before and were erased in between. */
export function erasedSince(source: string, before: Held, after: Held): number {
  let erased = 0;
  for (const [batch, then] of before.batches) {
    const now = after.batches.get(batch);
    if (now?.source === source && now.received === then.received) erased += Math.max(0, now.erased - then.erased);
  }
  return erased;
}

/** Scores that are new, whatever became of those before. */
export function scoresSince(before: Held, after: Held): number {
  return [...after.scores].reduce((sum, [run, scores]) => sum + Math.max(0, scores - (before.scores.get(run) ?? 0)), 0);
}

function difference(now: Outcomes, then: Outcomes | undefined): Outcomes {
  const [a, b] = [sumOutcomes([now]), sumOutcomes(then ? [then] : [])];
  for (const name of Object.keys(a) as (keyof Outcomes)[]) a[name] -= b[name];
  return a;
}
