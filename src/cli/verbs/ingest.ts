import { WorkflowFailedError } from '@temporalio/client';
import { AfferentError } from '../../../schema/errors.ts';
import type { Outcomes } from '../../../schema/ledger.ts';
import { alertQueue } from '../../store/alert-queue.ts';
import { sourcesOfOthers, unreadSources } from '../../store/explore-outcomes.ts';
import { ledgerRows } from '../../store/ledger.ts';
import type { Store } from '../../store/open.ts';
import { listSources, type SourceRow } from '../../store/sources.ts';
import { requireStudy } from '../../store/studies.ts';
import { type IngestionHandle, scoringDone, startIngestion } from '../../temporal/ingestion.ts';
import { toWorkflowError } from '../../temporal/workflow-error.ts';
import { withStore } from '../home.ts';
import { ingestNotes } from '../ingest-notes.ts';
import { outcomeColumns, sumOutcomes } from '../outcome-columns.ts';
import { makeProgress } from '../progress.ts';
import { erasedSince, type Held, heldNow, readSince, scoresSince } from '../stored-since.ts';
import { argument, type Call, textOption, type Verb } from '../verb.ts';
import { interruption, type Working, withParts } from '../with-parts.ts';

export const verb: Verb = {
  arguments: { '<study>': 'name of the study' },
  options: [
    { flags: '--source <id>', help: 'one source only' },
    { flags: '--detach', help: 'do not wait; needs afferent up to go on with it' },
  ],
  json: true,
  parts: true,
  examples: ['ingest sleep-2026', 'ingest sleep-2026 --source s_0123456789abcdef0123', 'ingest sleep-2026 --detach'],
  notes: 'Interrupted with Ctrl-C or killed, it goes on where it was when called again; nothing is stored twice.',
  async run(call) {
    const study = argument(call, 0);
    return withStore(call.config, async (store) => {
      await requireStudy(store, study);
      const sources = await chosenSources(store, study, textOption(call, 'source'));
      const result = await withParts(call, store, { verb: 'ingest' }, (working) => {
        if (call.options.detach === true) return detach(call, working, study, sources);
        return ingestStudy(call, working, study, sources);
      });
      if (result === null) return 0;
      call.out.report(result, () => printIngestion(call, result));
      return result.failed.length > 0 || result.unwatchedAlerts > 0 ? 1 : 0;
    });
  },
};

/** What one call of `ingest` did. */
export interface Ingestion extends Outcomes {
  study: string;
  sources: (Outcomes & { source: string; kind: string; erasedBefore: number; error: string | null })[];
  /** Units that had been stored by earlier calls and were erased in this one: their source took them back, or stated others instead. */
  erasedBefore: number;
  /** New ones. */
  scores: number;
  failed: string[];
  /** Sources of which no file was ever of their kind. */
  unread: string[];
  /** Sources of which nothing is the participant's own. */
  ofOthers: string[];
  /** Alerts that are open while no console is up for those who should see them. */
  unwatchedAlerts: number;
}

async function chosenSources(store: Store, study: string, one: string | null): Promise<SourceRow[]> {
  const sources = await listSources(store, study);
  const chosen = one === null ? sources : sources.filter((source) => source.id === one);
  if (one !== null && chosen.length === 0) throw new AfferentError('unknown-source');
  if (chosen.length === 0) throw new AfferentError('unknown-source', { what: `add one with: afferent source add ${study}` });
  return chosen;
}

async function detach(call: Call, working: Working, study: string, sources: SourceRow[]): Promise<null> {
  if (working.parts.own) throw new AfferentError('usage', { what: '--detach needs afferent up on this data folder' });
  const handles = await startIngestion(working.client, working.store, study, sources);
  const workflows = handles.map((handle) => handle.workflowId);
  call.out.report({ study, detached: true, workflows }, () => call.out.line(`Started: ${workflows.join(' ')}`));
  return null;
}

/** Reads the sources, waits until their scores are stored, and says what became of every unit. */
export async function ingestStudy(call: Call, working: Working, study: string, sources: SourceRow[]): Promise<Ingestion> {
  const { client, store, parts } = working;
  const before = await heldNow(store, study);
  const handles = await startIngestion(client, store, study, sources);
  const watch = watchProgress(store, study, receivedIn(before));
  try {
    await settled(call, handles, () => scoringDone(client, study));
  } finally {
    await watch.end();
  }
  const after = await heldNow(store, study);
  const errors = new Map((await listSources(store, study)).map((source) => [source.id, source.last_error]));
  const rows = sources.map(({ id, kind }) => ({
    source: id,
    kind,
    ...readSince(id, before, after),
    erasedBefore: erasedSince(id, before, after),
    error: errors.get(id) ?? null,
  }));
  const chosen = (ids: readonly string[]) => ids.filter((id) => sources.some((source) => source.id === id));
  const open = (await alertQueue(store, study, new Date().toISOString())).filter((alert) => alert.state !== 'closed');
  return {
    study,
    ...sumOutcomes(rows),
    sources: rows,
    erasedBefore: rows.reduce((sum, row) => sum + row.erasedBefore, 0),
    scores: scoresSince(before, after),
    failed: rows.filter((row) => row.error !== null).map((row) => row.source),
    unread: chosen(await unreadSources(store, study)),
    ofOthers: chosen(await sourcesOfOthers(store, study)),
    unwatchedAlerts: parts.file.console === null ? open.length : 0,
  };
}

/** Waits for the readers, then for the scores. Ctrl-C cancels the readers; what they stored is whole, and the next call goes on. */
async function settled(call: Call, handles: IngestionHandle[], scored: () => Promise<void>): Promise<void> {
  const reading = Promise.allSettled(handles.map((handle) => handle.result()));
  const interrupted = interruption(call.signal).then(() => 'interrupted' as const);
  if ((await Promise.race([reading, interrupted])) === 'interrupted') {
    await Promise.allSettled(handles.map((handle) => handle.cancel()));
    await Promise.race([reading, interruption(call.again)]);
    throw new AfferentError('interrupted');
  }
  // Asked for only now: the scoring that ran when the reading began may have ended, and another begun for what came later.
  const outcome = await Promise.race([scored(), interrupted]).catch((thrown: unknown) => {
    const error = toWorkflowError(thrown);
    throw error instanceof WorkflowFailedError ? new AfferentError('engine-failed') : error;
  });
  if (outcome === 'interrupted') throw new AfferentError('interrupted');
  // Of any other fault the source's row tells; where the disk is full it could not be written there.
  for (const read of await reading) {
    const error = read.status === 'rejected' ? toWorkflowError(read.reason) : null;
    if (error instanceof AfferentError && error.code === 'disk-full') throw error;
  }
}

const receivedIn = ({ batches }: Held): number => sumOutcomes([...batches.values()]).received;

/** Looks into the store now and then: the workers' own progress is what they have committed. */
function watchProgress(store: Store, study: string, start: number): { end(): Promise<void> } {
  const progress = makeProgress('Ingesting', 'units');
  let looking: Promise<void> = Promise.resolve();
  const look = async () => {
    const received = sumOutcomes(await ledgerRows(store, study)).received - start;
    const run = await store.db
      .selectFrom('run')
      .select(['id', 'inputs'])
      .where('study', '=', study)
      .where('state', '=', 'running')
      .executeTakeFirst();
    const done = run ? await scoredInputs(store, run.id) : 0;
    progress.update(received, null, run ? `· scored ${done} of ${run.inputs}` : '');
  };
  const timer = setInterval(() => {
    looking = looking.then(look).catch(() => {});
  }, 1000);
  return {
    async end() {
      clearInterval(timer);
      await looking;
      await look();
      progress.end();
    },
  };
}

async function scoredInputs(store: Store, run: string): Promise<number> {
  const row = await store.db
    .selectFrom('run_input')
    .select((eb) => eb.fn.countAll<number>().as('n'))
    .where('run', '=', run)
    .where('state', '<>', 'pending')
    .executeTakeFirstOrThrow();
  return Number(row.n);
}

function printIngestion(call: Call, result: Ingestion): void {
  call.out.table(
    [
      { title: 'source', cell: (row) => row.source },
      { title: 'kind', cell: (row) => row.kind },
      ...outcomeColumns<Ingestion['sources'][number]>((row) => row),
      { title: 'error', cell: (row) => row.error },
    ],
    result.sources,
  );
  call.out.line(`${result.scores} new scores.`);
  for (const note of ingestNotes(result)) call.out.note(note);
}
