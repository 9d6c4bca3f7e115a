import type { Transaction } from 'kysely';
import type { LowTally } from '../../schema/scores.ts';
import { tallied } from '../../src/encoder/int8/tally.ts';
import { eraseScoresOf } from '../../src/store/erase-scores.ts';
import { keyUnlessGone } from '../../src/store/keys.ts';
import type { Store } from '../../src/store/open.ts';
import { holdInputs, pendingInputs, setInputStates } from '../../src/store/run-inputs.ts';
import { type RunModel, requireRun } from '../../src/store/runs.ts';
import { insertScores, type ScoreRows } from '../../src/store/scores.ts';
import { isStepForm } from '../../src/store/signal-tables/forms.ts';
import type { Tables } from '../../src/store/tables.ts';
import { commitRecording, type Grown, grownRecording } from './grown-recordings.ts';
import type { JobContext, Shard } from './jobs.ts';
import { type Scored, scoreInputs } from './score-inputs.ts';
import { rowsOf } from './score-rows.ts';
import { scoreTable } from './score-table.ts';

/** Scores a shard of a run. Scores and the state of their inputs are committed together, so a crash repeats at most one slice. */
export async function scoreShard(context: JobContext, { run: id, from, to }: Shard): Promise<{ done: number; low: LowTally | null }> {
  const { store, models, progress, checkCancelled } = context;
  const run = await requireRun(store, id);
  const frozen = JSON.parse(run.models) as RunModel[];
  const inputs = await pendingInputs(store, id, from, to);
  let done = 0;
  let low: LowTally | null = null;
  for (const model of frozen) {
    const mine = inputs.filter((input) => input.model === model.id);
    if (isStepForm(model.input)) {
      for (const input of mine) {
        await scoreTable(context, run, model, input);
        progress(++done);
      }
      continue;
    }
    for await (const slice of scoreInputs(store, models, model, run.engine, mine)) {
      checkCancelled();
      const made = await rowsMade(store, run, model, slice.scored);
      const write = async (tx: Transaction<Tables>, grown: Grown | null): Promise<void> => {
        const stored = await holdInputs(store, tx, id, slice.inputs);
        // What was erased while it was scored has no say in what others scored.
        if (grown !== null && stored.size > 0) await eraseScoresOf(tx, model.id, grown.stale);
        const kept = made.filter(({ ordinal, inputId }) => stored.has(ordinal) && grown?.holds(inputId) !== false);
        await insertScores(
          tx,
          kept.flatMap(({ rows }) => rows),
          store.adapter,
        );
        const scored = slice.scored.filter(({ ordinal }) => stored.has(ordinal));
        await setInputStates(tx, id, statesOf(slice.inputs, scored));
      };
      const [input] = slice.inputs;
      if (model.input === 'e4' && input) {
        await commitRecording(store, input, () => grownRecording(store, models, model, run.engine, input, slice.scored), write);
      } else await store.db.transaction().execute((tx) => write(tx, null));
      done += slice.inputs.length;
      low = tallied(low, slice.scored);
      progress(done);
    }
  }
  return { done, low };
}

interface Made extends Pick<Scored, 'ordinal' | 'inputId'> {
  rows: ScoreRows[];
}

/** Rows of what has scores. Of somebody who has withdrawn meanwhile there are none: the key is gone, and their inputs are, or will be. */
async function rowsMade(store: Store, run: Tables['run'], model: RunModel, scored: readonly Scored[]): Promise<Made[]> {
  const made: Made[] = [];
  for (const one of scored) {
    const key = one.heads.length === 0 ? null : await keyUnlessGone(store, one.participant);
    if (key !== null) made.push({ ordinal: one.ordinal, inputId: one.inputId, rows: rowsOf(run, model, one, key) });
  }
  return made;
}

/** A post is scored or failed; a recording is scored when any of its windows is. What is absent was erased. */
function statesOf(inputs: readonly Tables['run_input'][], scored: readonly Scored[]) {
  const byInput = Map.groupBy(scored, (one) => one.ordinal);
  return inputs.map(({ ordinal }) => {
    const mine = byInput.get(ordinal);
    if (mine === undefined) return { ordinal, state: 'erased' as const, error: 'input-erased' };
    const good = mine.some((one) => one.error === null);
    return { ordinal, state: good ? ('scored' as const) : ('failed' as const), error: good ? null : (mine[0] as Scored).error };
  });
}
