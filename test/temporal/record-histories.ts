/**
 * Records a history of every workflow into test/histories, for the replay test. Run it after a workflow has changed on purpose,
 * and keep the old files of a release as long as runs of it may be under way:
 *
 *   node test/temporal/record-histories.ts
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import proto from '@temporalio/proto';
import packageJson from '../../package.json' with { type: 'json' };
import { projectRoot } from '../../src/config/project.ts';
import { alertQueue } from '../../src/store/alert-queue.ts';
import { listRuns } from '../../src/store/runs.ts';
import { listSources } from '../../src/store/sources.ts';
import { workflowIds } from '../../src/temporal/names.ts';
import { runAgain } from '../../src/temporal/reruns.ts';
import { reviews } from '../../src/temporal/reviews.ts';
import { alarming, calm, ingestAll, policy, postStudy, postsFile } from '../support/study.ts';
import { studyHome } from '../support/study-home.ts';

const study = 'recorded';
const home = await studyHome();
try {
  await home.startWorker();
  await postStudy(home, study, postsFile(home, 'posts.jsonl', [alarming, calm]), policy());
  await ingestAll(home, study);
  const [run] = await listRuns(home.store, study);
  const [alert] = await alertQueue(home.store, study, '');
  const [source] = await listSources(home.store, study);
  if (!run || !alert || !source) throw new Error('Nothing to record.');
  await runAgain(home.client, run, { verify: true, engine: 'native' });
  const steps = reviews(home.client, home.store);
  await steps.claim(alert.id, 'first');
  await steps.rate(alert.id, 'first', { severity: 4, note: 'recorded' });
  await steps.close(alert.id, 'first', 'referred');
  await home.client.workflow.getHandle(workflowIds.review(alert.id)).result();
  await save('studyIngestion', workflowIds.ingestion(source.id));
  await save('crisisReview', workflowIds.review(alert.id));
  for await (const { workflowId } of home.client.workflow.list({ query: 'WorkflowType = "rerun"' })) await save('rerun', workflowId);
  // The first run of the chain froze and scored; the last found nothing to do.
  for await (const { workflowId, runId, historyLength } of home.client.workflow.list({ query: 'WorkflowType = "scoring"' })) {
    if (historyLength > 20) await save('scoring', workflowId, runId);
  }
} finally {
  await home.close();
}

async function save(type: string, workflowId: string, runId?: string): Promise<void> {
  const history = await home.client.workflow.getHandle(workflowId, runId).fetchHistory();
  const bytes = proto.temporal.api.history.v1.History.encode(history).finish();
  writeFileSync(join(projectRoot, 'test', 'histories', `${type}.${packageJson.version}.binpb`), bytes);
}
