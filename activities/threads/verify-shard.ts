import type { Transaction } from 'kysely';
import type { ErrorCode } from '../../schema/errors.ts';
import type { Engine } from '../../schema/model.ts';
import type { HeadResult, HeadScores } from '../../schema/scores.ts';
import { canonicalJson } from '../../src/store/canonical.ts';
import type { Store } from '../../src/store/open.ts';
import { rangeInputs, setInputStates } from '../../src/store/run-inputs.ts';
import { type RunModel, requireRun } from '../../src/store/runs.ts';
import { type ScoreValue, storedScores } from '../../src/store/scores.ts';
import { seal } from '../../src/store/seal.ts';
import type { Tables } from '../../src/store/tables.ts';
import { grownRecording } from './grown-recordings.ts';
import type { JobContext, Shard } from './jobs.ts';
import { type Scored, scoreInputs } from './score-inputs.ts';
import { tableHolds } from './score-table.ts';

type RunInput = Tables['run_input'];

/** Counts of a verification; numbers only, so that they may cross Temporal. */
export interface VerifyCounts {
  inputs: number;
  scores: number;
  identical: number;
  drifted: number;
  /** Largest difference of any number of any score. */
  maxDrift: number;
  /** Scores whose decision came out otherwise. */
  flipped: number;
  /** Scores that are stored or computed now, but not both. */
  missing: number;
  /** Windows that the recording, or the participant's minutes or days, no longer have since more came: their scores gave way to a later run's. */
  superseded: number;
  erased: number;
  /** Inputs that could not be computed to their end, for a reason that the run did not meet: their scores behind it are compared with nothing. */
  failed: number;
}

const none = { inputs: 0, scores: 0, identical: 0, drifted: 0, flipped: 0, missing: 0, superseded: 0, erased: 0, failed: 0 };
export const noCounts: VerifyCounts = { ...none, maxDrift: 0 };

/** One score that came out otherwise; sealed with the run's input. */
export interface Drifted {
  head: string;
  timeMs: number;
  /** Null where there is no stored score to compare with. */
  drift: number | null;
  flipped: boolean;
}

/** Recomputes a shard from its frozen inputs and compares bit for bit. Stores no score, so a repeated try counts the same. */
export async function verifyShard(
  { store, models, progress, checkCancelled }: JobContext,
  { run: id, from, to }: Shard,
): Promise<VerifyCounts> {
  const run = await requireRun(store, id);
  const inputs = await rangeInputs(store, id, from, to);
  const counts = { ...noCounts, erased: inputs.filter((input) => input.state === 'erased').length };
  for (const model of JSON.parse(run.models) as RunModel[]) {
    const mine = inputs.filter((input) => input.model === model.id && input.state !== 'erased');
    let holds: Holds | null = null;
    let found = new Map<number, Drifted[]>();
    const seen = new Set<number>();
    for await (const slice of scoreInputs(store, models, model, run.engine, mine)) {
      checkCancelled();
      const [input] = slice.inputs;
      holds ??= input ? await holdsOf(store, models, model, run.engine, input, slice.scored) : () => true;
      for (const { ordinal } of slice.inputs) if (!found.has(ordinal)) found.set(ordinal, []);
      for (const scored of slice.scored) {
        seen.add(scored.ordinal);
        const drifted = found.get(scored.ordinal) ?? [];
        const stored = await storedScores(store, scored.participant, scored.inputId, model);
        if (stored.size === 0 && !holds(scored.inputId)) {
          counts.superseded += scored.heads.length;
          continue;
        }
        for (const head of scored.heads) compare(counts, drifted, scored, head, stored.get(head.head));
        // What was stored and could not be computed again is no proof of anything.
        for (const head of stored.keys()) if (!scored.heads.some((one) => one.head === head)) miss(counts, drifted, head, scored.timeMs);
      }
      if (slice.more) continue;
      counts.inputs += slice.inputs.length;
      await store.db.transaction().execute(async (tx) => {
        const states = [];
        for (const { ordinal, participant } of slice.inputs) {
          const drifted = found.get(ordinal) ?? [];
          const gone = slice.stored !== true && !seen.has(ordinal);
          if (gone) counts.erased += 1;
          else if (slice.fault && !(await failedAlike(tx, run.of_run, ordinal, slice.fault))) counts.failed += 1;
          const result =
            drifted.length > 0 && participant
              ? seal(await store.keys.key(participant), `run_input|${id}|${ordinal}`, canonicalJson(drifted))
              : null;
          states.push({ ordinal, ...verdictOf(gone, slice.fault, drifted.length > 0), result });
        }
        await setInputStates(tx, id, states);
      });
      [holds, found] = [null, new Map()];
      seen.clear();
      progress(counts.inputs);
    }
  }
  return counts;
}

function verdictOf(gone: boolean, fault: ErrorCode | undefined, drifted: boolean): { state: RunInput['state']; error: string | null } {
  if (gone) return { state: 'erased', error: 'input-erased' };
  // Of what could not be computed nothing is proven, whatever came before the fault.
  if (fault !== undefined) return { state: 'failed', error: fault };
  return drifted ? { state: 'drifted', error: 'drift' } : { state: 'identical', error: null };
}

/** Whether the run that is verified met the same fault, as with a recording at a rate that the model does not take. */
async function failedAlike(tx: Transaction<Tables>, of: string | null, ordinal: number, fault: ErrorCode): Promise<boolean> {
  const input = await tx
    .selectFrom('run_input')
    .select(['state', 'error'])
    .where('run', '=', of ?? '')
    .where('ordinal', '=', ordinal)
    .executeTakeFirst();
  return input?.state === 'failed' && input.error === fault;
}

/** Whether a window is still one of what its input has become since. */
type Holds = (inputId: string) => boolean;

async function holdsOf(
  store: Store,
  models: string,
  model: RunModel,
  engine: Engine,
  input: RunInput,
  scored: readonly Scored[],
): Promise<Holds> {
  if (input.tables !== null) return tableHolds(store, models, model, input);
  const grown = await grownRecording(store, models, model, engine, input, scored);
  return (inputId) => grown.holds(inputId);
}

/** A score on one side alone. */
function miss(counts: VerifyCounts, drifted: Drifted[], head: string, timeMs: number): void {
  counts.scores += 1;
  counts.missing += 1;
  drifted.push({ head, timeMs, drift: null, flipped: true });
}

function compare(
  counts: VerifyCounts,
  drifted: Drifted[],
  scored: Scored,
  head: HeadResult,
  stored: { value: ScoreValue; decision: unknown } | undefined,
): void {
  if (!stored) {
    miss(counts, drifted, head.head, scored.timeMs);
    return;
  }
  counts.scores += 1;
  const now: ScoreValue = {
    scores: head.scores,
    intervals: head.intervals,
    evidence: head.evidence,
    present: scored.present,
    sinceMs: scored.sinceMs,
  };
  const flipped = canonicalJson(head.decision) !== canonicalJson(stored.decision);
  if (!flipped && canonicalJson(now) === canonicalJson(stored.value)) {
    counts.identical += 1;
    return;
  }
  const drift = largestDifference(head.scores, stored.value.scores);
  counts.drifted += 1;
  counts.maxDrift = Math.max(counts.maxDrift, drift);
  if (flipped) counts.flipped += 1;
  drifted.push({ head: head.head, timeMs: scored.timeMs, drift, flipped });
}

function largestDifference(a: HeadScores, b: HeadScores): number {
  return Object.entries(a).reduce((largest, [name, value]) => {
    const other = b[name];
    const one = [value].flat();
    const two = other === undefined ? [] : [other].flat();
    return one.reduce((most, x, i) => Math.max(most, Math.abs(x - (two[i] ?? Number.POSITIVE_INFINITY))), largest);
  }, 0);
}
