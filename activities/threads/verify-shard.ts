import type { Transaction } from 'kysely';
import type { ErrorCode } from '../../schema/errors.ts';
import type { Engine } from '../../schema/model.ts';
import type { HeadResult, HeadScores } from '../../schema/scores.ts';
import { canonicalJson } from '../../src/store/canonical.ts';
import { keyUnlessGone } from '../../src/store/keys.ts';
import type { Store } from '../../src/store/open.ts';
import { holdInputs, rangeInputs, setInputStates } from '../../src/store/run-inputs.ts';
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
  /** Inputs that are erased, also for what came later of them, with which all their scores went: compared with nothing. */
  erased: number;
  /** Inputs that could not be computed to their end, for a reason that the run did not meet, or whose rows are lost: what is behind is not compared. */
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

/** What the comparison of one input has come to so far. */
interface Compared {
  counts: VerifyCounts;
  drifted: Drifted[];
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
    let found = new Map<number, Compared>();
    for await (const slice of scoreInputs(store, models, model, run.engine, mine)) {
      checkCancelled();
      for (const { ordinal } of slice.inputs) if (!found.has(ordinal)) found.set(ordinal, { counts: { ...noCounts }, drifted: [] });
      const pairs: [Scored, Awaited<ReturnType<typeof storedScores>>][] = [];
      for (const scored of slice.scored) pairs.push([scored, await storedScores(store, scored.participant, scored.inputId, model)]);
      // Looked for behind the reading of the scores: whoever drops some of them in between has by then said of what.
      const bare = pairs.filter(([{ heads }, stored]) => heads.length > 0 && stored.size === 0);
      const [input] = slice.inputs;
      if (input && bare.some(([{ inputId }]) => holds === null || holds(inputId)))
        holds = await holdsOf(store, models, model, run.engine, input, slice.scored);
      for (const [scored, stored] of pairs) {
        const of = found.get(scored.ordinal) as Compared;
        if (stored.size === 0 && holds?.(scored.inputId) === false) {
          of.counts.superseded += scored.heads.length;
          continue;
        }
        for (const head of scored.heads) compare(of, scored, head, stored.get(head.head));
        // What was stored and could not be computed again is no proof of anything.
        for (const head of stored.keys()) if (!scored.heads.some((one) => one.head === head)) miss(of, head, scored.timeMs);
      }
      if (slice.more) continue;
      counts.inputs += slice.inputs.length;
      await store.db.transaction().execute(async (tx) => {
        // Whoever erases has by now said so, or waits.
        const stored = await holdInputs(store, tx, id, slice.inputs);
        const before = await originals(tx, run.of_run, slice.inputs);
        const states = [];
        for (const { ordinal, participant } of slice.inputs) {
          const of = found.get(ordinal) as Compared;
          const key = participant === null ? null : await keyUnlessGone(store, participant);
          const was = before.get(ordinal);
          // What was erased while it was compared proves nothing, and nothing of it is missing. Its scores went in one transaction with this mark.
          const gone = key === null || was?.state === 'erased';
          const fault = slice.fault ?? (stored.has(ordinal) ? undefined : 'input-lost');
          if (gone) counts.erased += 1;
          else {
            addCounts(counts, of.counts);
            // The same fault as then, such as a rate that the model does not take, is no failure.
            if (fault && !(was?.state === 'failed' && was.error === fault)) counts.failed += 1;
          }
          const result = !gone && of.drifted.length > 0 ? seal(key, `run_input|${id}|${ordinal}`, canonicalJson(of.drifted)) : null;
          states.push({ ordinal, ...verdictOf(gone, fault, of.drifted.length > 0), result });
        }
        await setInputStates(tx, id, states);
      });
      [holds, found] = [null, new Map()];
      progress(counts.inputs);
    }
  }
  return counts;
}

/** Adds what an input has come to. */
function addCounts(to: VerifyCounts, of: VerifyCounts): void {
  for (const name of ['scores', 'identical', 'drifted', 'flipped', 'missing', 'superseded'] as const) to[name] += of[name];
  to.maxDrift = Math.max(to.maxDrift, of.maxDrift);
}

function verdictOf(gone: boolean, fault: ErrorCode | undefined, drifted: boolean): { state: RunInput['state']; error: string | null } {
  if (gone) return { state: 'erased', error: 'input-erased' };
  // Of what could not be computed nothing is proven, whatever came before the fault.
  if (fault !== undefined) return { state: 'failed', error: fault };
  return drifted ? { state: 'drifted', error: 'drift' } : { state: 'identical', error: null };
}

/** What became of these inputs in the run that is verified. */
async function originals(tx: Transaction<Tables>, of: string | null, inputs: readonly RunInput[]) {
  const ordinals = inputs.map(({ ordinal }) => ordinal);
  const rows = await tx
    .selectFrom('run_input')
    .select(['ordinal', 'state', 'error'])
    .where('run', '=', of ?? '')
    .where('ordinal', 'in', ordinals)
    .execute();
  return new Map(rows.map((row) => [row.ordinal, row]));
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
function miss({ counts, drifted }: Compared, head: string, timeMs: number): void {
  counts.scores += 1;
  counts.missing += 1;
  drifted.push({ head, timeMs, drift: null, flipped: true });
}

function compare(of: Compared, scored: Scored, head: HeadResult, stored: { value: ScoreValue; decision: unknown } | undefined): void {
  if (!stored) {
    miss(of, head.head, scored.timeMs);
    return;
  }
  const { counts, drifted } = of;
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
