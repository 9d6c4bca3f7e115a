import type { RerunSummary } from '../../../activities/score.ts';
import { demoAccount, demoStudy } from '../../../demo/study.ts';
import { type LedgerCheck, outcomeNames } from '../../../schema/ledger.ts';
import { createSignInLink } from '../../store/accounts.ts';
import { checkLedger } from '../../store/ledger-check.ts';
import type { Store } from '../../store/open.ts';
import { listRuns } from '../../store/runs.ts';
import { listSources } from '../../store/sources.ts';
import { runAgain } from '../../temporal/reruns.ts';
import { makeDemoStudy } from '../demo-study.ts';
import { withNewStore } from '../home.ts';
import { outcomeColumns, sumOutcomes } from '../outcome-columns.ts';
import { recountFile } from '../recount.ts';
import { type StudyStatus, studyStatus } from '../study-status.ts';
import type { Call, Verb } from '../verb.ts';
import { interruption, type Working, withParts } from '../with-parts.ts';
import { ingestStudy } from './ingest.ts';

export const verb: Verb = {
  options: [{ flags: '--once', help: 'end by itself: 0 only if the ledger balances and a verified rerun was identical' }],
  json: true,
  parts: true,
  examples: ['demo', 'demo --once', 'demo --home /tmp/afferent-demo --port 4400'],
  notes:
    'Makes a study of four made-up people in the data folder, ingests and scores what they gave, and opens an alert.\nStays up until Ctrl-C. Run again on the same data folder, it stores nothing twice.',
  async run(call) {
    return withNewStore(call.config, async (store) => {
      call.out.note('Making the bundled study …');
      await makeDemoStudy(call.config, store);
      call.out.note('Starting the Temporal server, the worker and the console …');
      return withParts(call, store, { verb: 'demo', console: true }, (working) => runDemo(call, working));
    });
  },
};

async function runDemo(call: Call, working: Working): Promise<number> {
  const { client, store, parts } = working;
  const ingestion = await ingestStudy(call, working, demoStudy, await listSources(store, demoStudy));
  call.out.note('Verifying: every score is computed again and compared bit for bit …');
  const verified: RerunSummary[] = [];
  for (const run of await scoringRuns(store)) verified.push(await runAgain(client, run, { verify: true, engine: 'native' }));
  const ledger = await checkLedger(store, demoStudy, recountFile);
  const status = await studyStatus(call.config, store, demoStudy);
  const link = `${parts.file.console}/v1/sign-in/link?token=${await createSignInLink(store, demoAccount)}`;
  const compared = verified.reduce((sum, { scores }) => sum + scores, 0);
  const identical = compared > 0 && verified.every(({ drifted, flipped, missing, failed }) => drifted + flipped + missing + failed === 0);
  const document = { stored: ingestion, status, verified, ledger, identical, link };
  call.out.report(document, () => printDemo(call, status, ledger, { compared, identical }));
  const good = ledger.balanced && identical;
  if (call.options.once === true) return good ? 0 : 1;
  printNext(call, working, link);
  if (!parts.own) return good ? 0 : 1;
  await interruption(call.signal);
  call.out.note('Ending the parts …');
  return good ? 0 : 1;
}

/** Runs whose scores are stored: those that verify others have none. */
async function scoringRuns(store: Store): Promise<{ id: string; study: string }[]> {
  return (await listRuns(store, demoStudy)).filter((run) => run.verify === 0 && run.state === 'done');
}

function printDemo(call: Call, status: StudyStatus, ledger: LedgerCheck, verified: { compared: number; identical: boolean }): void {
  const { out } = call;
  const all = { source: 'all', participant: '', kind: '', totals: sumOutcomes(status.sources.map((source) => source.totals)) };
  out.line('');
  out.table(
    [
      { title: 'participant', cell: (row) => row.participant },
      { title: 'source', cell: (row) => row.source },
      { title: 'kind', cell: (row) => row.kind },
      ...outcomeColumns<Pick<StudyStatus['sources'][number], 'source' | 'participant' | 'kind' | 'totals'>>((row) => row.totals),
    ],
    [...status.sources, all],
  );
  out.line(
    `\nreceived = ${outcomeNames.join(' + ')}: the ledger ${ledger.balanced ? 'balances' : 'is off'}, ${ledger.recountedFromFile} of ${ledger.batches} batches recounted from their files.\n`,
  );
  out.table(
    [
      { title: 'model', cell: (row) => `${row.name}@${row.model.slice(0, 12)}` },
      { title: 'head', cell: (row) => row.head },
      { title: 'grade', cell: (row) => row.grade },
      { title: 'scores', cell: (row) => row.scores },
    ],
    status.scores,
  );
  out.line(
    `\nVerified: ${verified.compared} scores computed again, ${verified.identical ? 'every one identical, bit for bit' : 'not all identical'}.`,
  );
  const { open, claimed, rated, closed } = status.alerts;
  out.line(`Alerts: ${open} open, ${claimed} claimed, ${rated} rated, ${closed} closed.`);
}

function printNext(call: Call, { parts }: Working, link: string): void {
  const home = call.origins.home === 'default' ? '' : ` --home ${call.config.home}`;
  const lines = [
    '',
    `Sign in, once, within an hour:  ${link}`,
    ...(parts.file.ui === null ? [] : [`Temporal’s own pages:           ${parts.file.ui}`]),
    `Look further, in another shell: ./afferent status demo${home}`,
    `                                ./afferent scores demo --participant D01${home}`,
    `                                ./afferent alerts demo${home}`,
    `A study of your own:            ./afferent study create my-study${home}`,
    '',
    parts.own ? 'Up. Ctrl-C ends all that was started.' : `These parts belong to process ${parts.file.owner.pid} and stay up.`,
  ];
  for (const line of lines) call.out.note(line);
}
