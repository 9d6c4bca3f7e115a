import { randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';
import type { RerunSummary } from '../../activities/score.ts';
import { ingestQueue } from '../../workflows/queues.ts';
import type { rerun } from '../../workflows/rerun.ts';
import { kindAttribute, studyAttribute, workflowIds } from './names.ts';
import { toWorkflowError } from './workflow-error.ts';

/** Recomputes a run and waits for what came of it. */
export async function runAgain(
  client: Client,
  run: { id: string; study: string },
  options: { verify: boolean; engine: 'native' | 'wasm'; precision?: 'fp32' | 'int8' },
): Promise<RerunSummary> {
  const running = client.workflow.execute<typeof rerun>('rerun', {
    taskQueue: ingestQueue,
    workflowId: workflowIds.rerun(run.id, randomUUID().slice(0, 8)),
    args: [{ run: run.id, ...options }],
    typedSearchAttributes: [
      { key: studyAttribute, value: run.study },
      { key: kindAttribute, value: 'rerun' },
    ],
    memo: { study: run.study, run: run.id, verify: options.verify, engine: options.engine },
  });
  return running.catch((thrown: unknown) => {
    throw toWorkflowError(thrown);
  });
}
