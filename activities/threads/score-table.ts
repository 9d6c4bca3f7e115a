import type { Transaction } from 'kysely';
import { AfferentError, type ErrorCode, toAfferentError } from '../../schema/errors.ts';
import type { Engine, StreamInput } from '../../schema/model.ts';
import { runtimeVersions } from '../../src/encoder/runtime.ts';
import { commitInTurn } from '../../src/store/commit-in-turn.ts';
import { eraseScoresOf } from '../../src/store/erase-scores.ts';
import { keyUnlessGone } from '../../src/store/keys.ts';
import type { Store } from '../../src/store/open.ts';
import { holdInputs, setInputStates } from '../../src/store/run-inputs.ts';
import type { RunModel } from '../../src/store/runs.ts';
import { insertScores, storedInputIds } from '../../src/store/scores.ts';
import { frozenAt, frozenTable, type InputPlace, laterTable } from '../../src/store/signal-tables/frozen.ts';
import { type SavedState, savedState, saveState } from '../../src/store/signal-tables/states.ts';
import type { Tables } from '../../src/store/tables.ts';
import { machine } from '../machine.ts';
import { keptEncoder } from './encoders.ts';
import type { JobContext } from './jobs.ts';
import { recordingFaults, type Scored } from './score-inputs.ts';
import { rowsOf } from './score-rows.ts';
import { tableInputIds, tableWindows } from './table-windows.ts';

type RunInput = Tables['run_input'];

/** Windows whose scores are committed together. */
const windowsAtOnce = 2_000;

/**
 * Scores a participant's minutes or days. What is stored already stays as it is; windows that the participant no longer has, since what is
 * before them was corrected or came late, lose their scores to those of this run. A state that is older than what was scored behind it adds
 * only what that one holds too. It goes on from what the model carried when it was there last, where all that came before is as it was.
 */
export async function scoreTable({ store, models, checkCancelled }: JobContext, run: Tables['run'], model: RunModel, input: RunInput) {
  const frozen = await frozenTable(store, input);
  if (frozen === null) return settle(store, run.id, input.ordinal, 'erased', 'input-erased');
  const { form, streams } = await streamOf(models, model, run.engine);
  const ids = await tableInputIds(store, form, frozen);
  let later = await laterTable(store.db, input);
  let held = await heldBy(store, form, later);
  const stored = await storedInputIds(store.db, frozen.participant, model);
  const mine = new Set(ids);
  let waiting: Scored[] = [];
  // Windows before it have their scores, or had too little to have any: the state was kept together with them.
  const of = { model, machine: await machineName(run.engine) };
  const from = held === null ? await savedState(store, frozen, of) : null;
  let state: SavedState | null = null;
  let good = from !== null && ids.some((id) => stored.scored.has(id));
  let error: ErrorCode = 'too-little-signal';
  /** False where a newer state was frozen since this run looked for one; nothing is written then. */
  const write = async (last: boolean): Promise<boolean> => {
    // A withdrawal meanwhile destroys it, and the input is gone then.
    const key = await keyUnlessGone(store, frozen.participant);
    const rows = key === null ? [] : waiting.flatMap((window) => rowsOf(run, model, window, key));
    const unchanged = async (tx: Transaction<Tables>): Promise<boolean> => {
      const newest = await laterTable(tx, input);
      if (newest === null || (newest.run === later?.run && newest.ordinal === later.ordinal)) return true;
      later = newest;
      return false;
    };
    return commitInTurn(store, frozen.participant, unchanged, async (tx) => {
      const isStored = (await holdInputs(store, tx, run.id, [input])).has(input.ordinal);
      if (isStored) {
        if (held === null) {
          const { scored } = await storedInputIds(tx, frozen.participant, model);
          await eraseScoresOf(
            tx,
            model.id,
            [...scored].filter((id) => !mine.has(id)),
          );
        }
        await insertScores(tx, rows, store.adapter);
        if (last && key !== null && state !== null && held === null) await saveState(store, tx, key, frozen, of, state);
      }
      const became = isStored ? (good ? 'scored' : 'failed') : 'erased';
      const why = isStored ? (good ? null : error) : 'input-erased';
      if (last || !isStored) await setInputStates(tx, run.id, [{ ordinal: input.ordinal, state: became, error: why }]);
    });
  };
  const commit = async (last: boolean): Promise<void> => {
    while (!(await write(last))) {
      held = await heldBy(store, form, later);
      waiting = waiting.filter(({ inputId }) => held?.has(inputId) !== false);
    }
    waiting = [];
  };
  try {
    const beforeLast = (reached: SavedState): void => {
      state = reached;
    };
    for await (const window of tableWindows(store, form, streams.advance, frozen, input.ordinal, { from, beforeLast })) {
      if (window.error === null) good = true;
      else error = window.error;
      if (window.heads.length === 0 || stored.decided.has(window.inputId) || held?.has(window.inputId) === false) continue;
      waiting.push(window);
      if (waiting.length < windowsAtOnce) continue;
      checkCancelled();
      await commit(false);
    }
    checkCancelled();
  } catch (thrown) {
    const { code } = toAfferentError(thrown);
    if (!recordingFaults.has(code)) throw thrown;
    // What was scored before the fault stays, but the input counts as failed.
    [good, error, state] = [false, code, null];
  }
  await commit(true);
}

/** Whether a state that was scored behind this one still has a window: those that it has not were corrected. */
export async function tableHolds(store: Store, models: string, model: RunModel, input: RunInput): Promise<(inputId: string) => boolean> {
  const { form } = await streamOf(models, model, 'native');
  const held = await heldBy(store, form, await laterTable(store.db, input));
  return (inputId) => held?.has(inputId) ?? true;
}

async function heldBy(store: Store, form: StreamInput, later: InputPlace | null): Promise<Set<string> | null> {
  const frozen = later && (await frozenAt(store, later));
  return frozen === null ? null : new Set(await tableInputIds(store, form, frozen));
}

/** What a last bit may hang on beside the model: a state that another machine carried is not gone on from. */
async function machineName(engine: Engine): Promise<string> {
  const { arch, platform, cpu, features, versions } = machine(await runtimeVersions(engine));
  return JSON.stringify([engine, arch, platform, cpu, features, versions]);
}

async function streamOf(models: string, model: RunModel, engine: Engine) {
  const { model: loaded, streams } = await keptEncoder(models, model, engine);
  const { input: form } = loaded.manifest;
  if (streams === null || form.kind !== 'e4-stream') throw new AfferentError('bad-model', { what: model.name });
  return { form, streams };
}

async function settle(store: Store, run: string, ordinal: number, state: 'erased', error: ErrorCode): Promise<void> {
  await store.db.transaction().execute((tx) => setInputStates(tx, run, [{ ordinal, state, error }]));
}
