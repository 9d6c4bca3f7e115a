import { type Client, isGrpcServiceError } from '@temporalio/client';
import type { Store } from '../store/open.ts';
import { forgotten, toForget } from '../store/to-forget.ts';
import { workflowIds } from './names.ts';
import { deleteSchedule } from './schedules.ts';

/** Deletes what the server keeps of sources and alerts that were erased; also what a call that was killed has left. */
export async function forgetErased(client: Client, store: Store): Promise<void> {
  const erased = await toForget(store);
  if (erased === null) return;
  await forgetSources(client, erased.sources, erased.alerts);
  await forgotten(store, erased);
}

/** Deletes what the server keeps of a withdrawn participant's sources and alerts: schedules, runs and their histories. */
export async function forgetSources(client: Client, sources: readonly string[], alerts: readonly string[]): Promise<void> {
  for (const source of sources) await deleteSchedule(client, source);
  const ids = [
    ...sources.flatMap((source) => [workflowIds.ingestion(source), workflowIds.replay(source)]),
    ...alerts.map(workflowIds.review),
  ];
  for (const id of ids) {
    for await (const { workflowId, runId } of client.workflow.list({ query: `WorkflowId STARTS_WITH "${id}"` })) {
      const execution = { workflowId, runId };
      try {
        await client.workflowService.deleteWorkflowExecution({ namespace: client.options.namespace, workflowExecution: execution });
      } catch (thrown) {
        if (!isNotFound(thrown)) throw thrown;
      }
    }
  }
}

/** Listed still, and gone already: another process was as quick, or the list lags behind. The service itself is asked, so it answers by number. */
function isNotFound(thrown: unknown): boolean {
  return isGrpcServiceError(thrown) && thrown.code === 5;
}
