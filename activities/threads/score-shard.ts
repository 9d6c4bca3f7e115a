import type { LowTally } from '../../schema/scores.ts';
import { tallied } from '../../src/encoder/int8/tally.ts';
import { dropScores } from '../../src/store/recording-versions.ts';
import { holdInputs, pendingInputs, setInputStates } from '../../src/store/run-inputs.ts';
import { type RunModel, requireRun } from '../../src/store/runs.ts';
import { insertScores, type ScoreRows } from '../../src/store/scores.ts';
import { isStepForm } from '../../src/store/signal-tables/forms.ts';
import type { Tables } from '../../src/store/tables.ts';
import { grownRecording } from './grown-recordings.ts';
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
      const made: { ordinal: number; rows: ScoreRows[] }[] = [];
      const grown = await Promise.all(
        slice.inputs
          .filter((input) => input.series !== null)
          .map((input) => grownRecording(store, models, model, run.engine, input, slice.scored)),
      );
      for (const scored of slice.scored) {
        if (scored.heads.length > 0 && grown.every((one) => one.holds(scored.inputId)))
          made.push({ ordinal: scored.ordinal, rows: rowsOf(run, model, scored, await store.keys.key(scored.participant)) });
      }
      await store.db.transaction().execute(async (tx) => {
        const stored = await holdInputs(store, tx, id, slice.inputs);
        for (const { stale } of grown) await dropScores(tx, model.id, stale);
        await insertScores(
          tx,
          made.flatMap(({ ordinal, rows }) => (stored.has(ordinal) ? rows : [])),
          store.adapter,
        );
        const scored = slice.scored.filter(({ ordinal }) => stored.has(ordinal));
        await setInputStates(tx, id, statesOf(slice.inputs, scored));
      });
      done += slice.inputs.length;
      low = tallied(low, slice.scored);
      progress(done);
    }
  }
  return { done, low };
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
