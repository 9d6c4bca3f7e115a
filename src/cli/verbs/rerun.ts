import type { RerunSummary } from '../../../activities/score.ts';
import { AfferentError } from '../../../schema/errors.ts';
import { Engine, Precision } from '../../../schema/model.ts';
import { requireRun } from '../../store/runs.ts';
import { runAgain } from '../../temporal/reruns.ts';
import { withStore } from '../home.ts';
import { argument, type Call, textOption, type Verb } from '../verb.ts';
import { interruption, withParts } from '../with-parts.ts';

export const verb: Verb = {
  arguments: { '<run>': 'id of a finished run, see: afferent runs STUDY' },
  options: [
    { flags: '--verify', help: 'compare every score with what is stored, bit for bit; exit code 1 when one drifted' },
    { flags: '--engine <engine>', help: 'native, or wasm: the reference, the same bits on every machine' },
    { flags: '--precision <precision>', help: 'fp32 or int8, of today’s models; a verification uses what the run used' },
  ],
  json: true,
  parts: true,
  examples: ['rerun r_0123456789abcdef --verify', 'rerun r_0123456789abcdef --verify --engine wasm --json'],
  notes:
    'With --verify, inputs and models are those that the run froze: a run of last year can be verified after an upgrade. The other engine\nmay differ in last bits: up to 0.0001, with every decision the same, counts as sound. Without --verify, today’s models are used.',
  async run(call) {
    const engine = Engine.safeParse(textOption(call, 'engine') ?? 'native');
    if (!engine.success) throw new AfferentError('usage', { what: '--engine takes native or wasm' });
    const verify = call.options.verify === true;
    const precision = Precision.optional().safeParse(textOption(call, 'precision') ?? undefined);
    if (!precision.success || (verify && precision.data))
      throw new AfferentError('usage', { what: '--precision takes fp32 or int8, without --verify' });
    return withStore(call.config, async (store) => {
      const run = await requireRun(store, argument(call, 0));
      const summary = await withParts(call, store, { verb: 'rerun' }, async ({ client }) => {
        const stopped = interruption(call.signal).then(() => {
          throw new AfferentError('interrupted');
        });
        return Promise.race([
          runAgain(client, { id: run.id, study: run.study }, { verify, engine: engine.data, precision: precision.data }),
          stopped,
        ]);
      });
      call.out.report(summary, () => printSummary(call, summary, run.study));
      return isSound(summary) ? 0 : 1;
    });
  },
};

/** Largest difference between engines that is no drift; docs/reproducibility.md says how it was measured. */
const engineTolerance = 1e-4;

/** Bit for bit on the engine of the run; within the tolerance and with the same decisions on the other. */
function isSound({ engine, drifted, missing, flipped, maxDrift, failed }: Omit<Parameters<typeof verdictOf>[0], 'scores'>): boolean {
  if (missing > 0 || flipped > 0 || failed > 0) return false;
  return drifted === 0 || (engine === 'wasm' && maxDrift <= engineTolerance);
}

function printSummary(call: Call, summary: RerunSummary, study: string): void {
  const { run, of, scores, identical, drifted, flipped, missing, erased, failed } = summary;
  if (!summary.verify) {
    call.out.line(computedAgain(summary, study));
    return;
  }
  const rows = [
    ['scores compared', scores],
    ['identical', identical],
    ['drifted', drifted],
    ['decisions flipped', flipped],
    ['missing', missing],
    ['windows changed as more came', summary.superseded],
    ['inputs erased since', erased],
    ['inputs that failed', failed],
  ] as const;
  call.out.table(
    [
      { title: `run ${run} against ${of}`, cell: ([name]) => name },
      { title: 'count', cell: ([, count]) => count },
    ],
    rows,
  );
  call.out.line(verdictOf(summary));
}

/** A rerun without a verification in words. Nothing compares it with the run that it repeats: its scores stand beside those. */
export function computedAgain({ run, of, states }: Pick<RerunSummary, 'run' | 'of' | 'states'>, study: string): string {
  const inputs = Object.entries(states).map(([state, count]) => `${count} ${state}`);
  const next = `See the runs with: ./afferent runs ${study}, and their scores with: ./afferent scores ${study}`;
  return `Run ${run} computed the inputs of run ${of} with today’s models: ${inputs.join(', ')}. ${next}`;
}

/** A verification in words. */
export function verdictOf(
  summary: Pick<RerunSummary, 'engine' | 'scores' | 'drifted' | 'flipped' | 'missing' | 'maxDrift' | 'failed'>,
): string {
  const { scores, drifted, missing, maxDrift, failed } = summary;
  if (failed > 0) return `Not the same: ${failed} ${failed === 1 ? 'input' : 'inputs'} could not be computed again to the end.`;
  if (scores + missing === 0) return 'Nothing was compared: no input of the run with a score is left.';
  if (drifted + missing === 0) return 'Every score is identical, bit for bit.';
  if (isSound(summary))
    return `Between engines last bits differ: at most ${maxDrift.toExponential(1)}, within ${engineTolerance}, and no decision came out otherwise.`;
  return `Not the same: the largest difference of any number is ${maxDrift.toExponential(1)}.`;
}
