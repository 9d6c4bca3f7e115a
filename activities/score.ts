import { Context } from '@temporalio/activity';
import { addTallies } from '../schema/add-tallies.ts';
import type { Precision } from '../schema/model.ts';
import type { LowTally } from '../schema/scores.ts';
import { runtimeVersions } from '../src/encoder/runtime.ts';
import { deadlinesOf } from '../src/review/deadlines.ts';
import { alertPolicy, unfinishedAlerts } from '../src/store/alerts.ts';
import { inputStates, unnameErased } from '../src/store/run-inputs.ts';
import { finishRun, firstRecording, freezeRerun, freezeRun, type RunModel, requireRun } from '../src/store/runs.ts';
import { isStepForm } from '../src/store/signal-tables/forms.ts';
import { studyModels } from '../src/store/studies.ts';
import { startReview } from '../src/temporal/requests.ts';
import type { Dependencies } from './dependencies.ts';
import { ours } from './ingest.ts';
import { machine } from './machine.ts';
import { keepShippedModels } from './models.ts';
import { alive, runJob, runJobs } from './run-job.ts';
import type { Shard } from './threads/jobs.ts';
import { postsAtOnce } from './threads/score-inputs.ts';
import { noCounts, type VerifyCounts } from './threads/verify-shard.ts';

/** A frozen run as a workflow sees it. */
export interface RunRef {
  id: string;
  study: string;
  inputs: number;
  /** Ordinal of the first recording; posts come before. */
  recordingsFrom: number;
}

export interface RunSummary {
  run: string;
  /** Inputs by what became of them. */
  states: Record<string, number>;
}

/** What a rerun found; the counts are those of a verification. */
export interface RerunSummary extends RunSummary, VerifyCounts {
  run: string;
  of: string | null;
  /** Of an int8 form: what its counters came to. */
  low?: LowTally;
  verify: boolean;
  engine: 'native' | 'wasm';
}

interface RerunArgs {
  run: string;
  verify: boolean;
  engine: 'native' | 'wasm';
  precision?: Precision;
}

interface FinishArgs {
  run: string;
  state: 'done' | 'failed' | 'cancelled';
  counts?: VerifyCounts;
  low?: LowTally | null;
}

/** Activities that freeze, score and finish runs. */
export function scoreActivities({ store, client, scorePool, carePool, shippedModels, keptModels }: Dependencies) {
  return {
    ...alive({ freezeRun: freeze, freezeRerun: freezeAgain, finishRun: finish, startReviews: startAll }),
    scoreShard,
    verifyShard: (args: { run: string; from: number; to: number }) => runJob(scorePool, 'verifyShard', args),
    decideAlerts: (args: { study: string }) => runJob(carePool, 'decideAlerts', args),
  };

  /** The threads share a shard slice by slice, so that none of them waits long for the last one of a run. */
  async function scoreShard({ run, from, to }: Shard): Promise<{ done: number; low: LowTally | null }> {
    const slices: Shard[] = [];
    for (let at = from; at < to; at += postsAtOnce) slices.push({ run, from: at, to: Math.min(at + postsAtOnce, to) });
    const scored = await runJobs(scorePool, 'scoreShard', slices);
    return {
      done: scored.reduce((sum, { done }) => sum + done, 0),
      low: scored.map(({ low }) => low).reduce(addTallies, null),
    };
  }

  async function freeze({ study }: { study: string }): Promise<RunRef | null> {
    const chosen = await ours(studyModels(store, study));
    const models = await ours(keepShippedModels(store, shippedModels, keptModels, { chosen }));
    const forms = models.flatMap(({ input, windowS = 0 }) => (isStepForm(input) ? [{ form: input, windowMs: windowS * 1000 }] : []));
    // In a thread: what participants' devices measured is opened, and what is new of it told by the minute or day.
    const prepared = forms.length === 0 ? {} : await runJob(scorePool, 'prepareTables', { study, forms });
    const run = await ours(freezeRun(store, study, models, 'native', prepared));
    return run && { id: run.id, study, inputs: run.inputs, recordingsFrom: await firstRecording(store, run.id, run.inputs) };
  }

  async function freezeAgain({ run: of, verify, engine, precision }: RerunArgs): Promise<RunRef> {
    const models = verify ? null : await ours(todaysModels(of, precision));
    const key = Context.current().info.workflowExecution?.workflowId ?? '';
    const run = await ours(freezeRerun(store, { of, verify, engine, key, models }));
    return { id: run.id, study: run.study, inputs: run.inputs, recordingsFrom: await firstRecording(store, run.id, run.inputs) };
  }

  /** Of minutes and days those that the run had: a study may have chosen others since. */
  async function todaysModels(of: string, precision?: Precision): Promise<RunModel[]> {
    const { models } = await requireRun(store, of);
    const chosen = (JSON.parse(models) as RunModel[]).map(({ name }) => name);
    return keepShippedModels(store, shippedModels, keptModels, { chosen, precision });
  }

  async function finish({ run: id, state, counts, low }: FinishArgs): Promise<RerunSummary> {
    const run = await ours(requireRun(store, id));
    await unnameErased(store, id);
    const summary: RerunSummary = {
      ...(counts ?? noCounts),
      run: id,
      of: run.of_run,
      verify: run.verify === 1,
      engine: run.engine,
      states: await inputStates(store, id),
      ...(low && { low }),
    };
    await finishRun(store, id, state, machine(await runtimeVersions(run.engine)), summary);
    return summary;
  }

  /** Starts the review of every open alert of the study that has none: the rows are the authority. */
  async function startAll({ study }: { study: string }): Promise<void> {
    for (const alert of await ours(unfinishedAlerts(store, study))) await startReview(client, alert, deadlinesOf(alertPolicy(alert)));
  }
}

export type ScoreActivities = ReturnType<typeof scoreActivities>;
