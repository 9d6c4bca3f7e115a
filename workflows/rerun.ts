import { CancellationScope, isCancellation } from '@temporalio/workflow';
import type { RerunSummary } from '../activities/score.ts';
import type { VerifyCounts } from '../activities/threads/verify-shard.ts';
import { addTallies } from '../schema/add-tallies.ts';
import { decideAlerts, finishRun, freezeRerun, scoreShard, startReviews, verifyShard } from './score-activities.ts';
import { shardsOf } from './shards.ts';

export interface RerunInput {
  run: string;
  /** Compare with what is stored instead of storing under today's models. */
  verify: boolean;
  engine: 'native' | 'wasm';
  /** Of today's models; a verification uses the form that the run used. */
  precision?: 'fp32' | 'int8';
}

/** Recomputes a finished run from its frozen inputs. */
export async function rerun(input: RerunInput): Promise<RerunSummary> {
  const run = await freezeRerun(input);
  try {
    const { shards, tail } = shardsOf(run.inputs, run.recordingsFrom);
    const ranges = [...shards, ...tail].map(([from, to]) => ({ run: run.id, from, to }));
    if (!input.verify) {
      const low = (await Promise.all(ranges.map((range) => scoreShard(range)))).map((shard) => shard.low ?? null).reduce(addTallies, null);
      const summary = await finishRun({ run: run.id, state: 'done', low });
      await decideAlerts({ study: run.study });
      await startReviews({ study: run.study });
      return summary;
    }
    const counts = (await Promise.all(ranges.map((range) => verifyShard(range)))).reduce(addCounts);
    return await finishRun({ run: run.id, state: 'done', counts });
  } catch (thrown) {
    const state = isCancellation(thrown) ? 'cancelled' : 'failed';
    await CancellationScope.nonCancellable(() => finishRun({ run: run.id, state }));
    throw thrown;
  }
}

function addCounts(a: VerifyCounts, b: VerifyCounts): VerifyCounts {
  return {
    inputs: a.inputs + b.inputs,
    scores: a.scores + b.scores,
    identical: a.identical + b.identical,
    drifted: a.drifted + b.drifted,
    maxDrift: Math.max(a.maxDrift, b.maxDrift),
    flipped: a.flipped + b.flipped,
    missing: a.missing + b.missing,
    // An activity of an earlier version does not tell; nor of those that failed.
    superseded: (a.superseded ?? 0) + (b.superseded ?? 0),
    erased: a.erased + b.erased,
    failed: (a.failed ?? 0) + (b.failed ?? 0),
  };
}
