import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import { alertsForgotten, alertsToForget } from '../store/alerts-to-forget.ts';
import type { Store } from '../store/open.ts';
import { workflowIds } from './names.ts';
import { deleteSchedule } from './schedules.ts';

/** Deletes what the server keeps of alerts that were erased; those that a call which was killed has left too. */
export async function forgetErasedAlerts(client: Client, store: Store): Promise<void> {
  const alerts = await alertsToForget(store);
  await forgetSources(client, [], alerts);
  await alertsForgotten(store, alerts);
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
        if (!(thrown instanceof WorkflowNotFoundError)) throw thrown;
      }
    }
  }
}
