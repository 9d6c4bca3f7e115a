import { WorkflowNotFoundError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { toAfferentError } from '../schema/errors.ts';
import { holdSource, releaseSource } from '../src/store/sources.ts';
import { requestScoring } from '../src/temporal/requests.ts';
import type { Dependencies } from './dependencies.ts';
import { runJob, toFailure } from './run-job.ts';

/** Activities of the reading queue. They take and give ids, counts and codes. */
export function ingestActivities({ store, client, ingestPool }: Dependencies) {
  return {
    /** Takes a source for a run; waits, by being tried again, while another run that is still going has it. */
    async holdSource({ source, holder }: { source: string; holder: string }): Promise<void> {
      const other = await ours(holdSource(store, source, holder, null));
      if (other === holder) return;
      const workflowId = other.slice(0, other.lastIndexOf('|'));
      // One run of an id is open at a time: a holder of our own id is one that ended without letting go.
      if (workflowId !== holder.slice(0, holder.lastIndexOf('|')) && (await isRunning(workflowId))) {
        throw ApplicationFailure.create({ message: 'Another run reads this source.', type: 'source-held', nextRetryDelay: '2s' });
      }
      await ours(holdSource(store, source, holder, other));
    },
    findArrivals: (args: { source: string; since: string }) => runJob(ingestPool, 'findArrivals', args),
    ingestBatch: (args: { batch: string }) => runJob(ingestPool, 'ingestBatch', args),
    replayQuarantine: (args: { source: string; reason: string | null }) => runJob(ingestPool, 'replayQuarantine', args),
    async releaseSource({ source, holder, error }: { source: string; holder: string; error: string | null }): Promise<void> {
      await ours(releaseSource(store, source, holder, error));
    },
    async requestScoring({ study, source }: { study: string; source: string }): Promise<void> {
      await ours(requestScoring(client, study, source));
    },
  };

  async function isRunning(workflowId: string): Promise<boolean> {
    try {
      const { status } = await client.workflow.getHandle(workflowId).describe();
      return status.name === 'RUNNING' || status.name === 'PAUSED';
    } catch (thrown) {
      if (thrown instanceof WorkflowNotFoundError) return false;
      throw thrown;
    }
  }
}

/** Errors of ours as Temporal may keep them. */
export async function ours<T>(work: Promise<T>, waitsForRoom = false): Promise<T> {
  try {
    return await work;
  } catch (thrown) {
    throw toFailure(toAfferentError(thrown), 1, waitsForRoom);
  }
}

export type IngestActivities = ReturnType<typeof ingestActivities>;
