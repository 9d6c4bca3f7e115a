import {
  allHandlersFinished,
  CancellationScope,
  condition,
  continueAsNew,
  defineSignal,
  isCancellation,
  setHandler,
} from '@temporalio/workflow';
import type { RunRef } from '../activities/score.ts';
import { decideAlerts, finishRun, freezeRun, scoreShard, startReviews } from './score-activities.ts';
import { shardsOf } from './shards.ts';

/** Sources whose ingestion is under way: their scores come in one run. */
export const expectSignal = defineSignal<[string[]]>('expect');
/** A source has been read; there may be something to score. */
export const ingestedSignal = defineSignal<[string]>('ingested');

export interface ScoringInput {
  study: string;
  /** Sources still awaited, when this run goes on from another. */
  awaited?: string[];
}

/** How long a source that was announced may keep the others' scores waiting. */
const patience = '10 minutes';

/** Scores all that a study has not scored yet: one frozen run after another, until nothing is left. One for each study. */
export async function scoring(input: ScoringInput): Promise<void> {
  const { study } = input;
  const awaited = new Set(input.awaited ?? []);
  let news = true;
  setHandler(expectSignal, (sources) => {
    for (const source of sources) awaited.add(source);
  });
  setHandler(ingestedSignal, (source) => {
    awaited.delete(source);
    news = true;
  });
  await condition(() => awaited.size === 0, patience);
  awaited.clear();
  news = false;
  const run = await freezeRun({ study });
  try {
    if (run !== null) await scoreRun(run);
  } finally {
    // Also after a failure: whatever was scored is held against the policy, and every open alert has its review.
    await CancellationScope.nonCancellable(async () => {
      await decideAlerts({ study });
      await startReviews({ study });
    });
  }
  await condition(allHandlersFinished);
  if (run !== null || news || awaited.size > 0) await continueAsNew<typeof scoring>({ study, awaited: [...awaited] });
}

async function scoreRun(run: RunRef): Promise<void> {
  try {
    const { shards, tail } = shardsOf(run.inputs, run.recordingsFrom);
    await Promise.all([...shards, ...tail].map(([from, to]) => scoreShard({ run: run.id, from, to })));
    await finishRun({ run: run.id, state: 'done' });
  } catch (thrown) {
    const state = isCancellation(thrown) ? 'cancelled' : 'failed';
    await CancellationScope.nonCancellable(() => finishRun({ run: run.id, state }));
    throw thrown;
  }
}
