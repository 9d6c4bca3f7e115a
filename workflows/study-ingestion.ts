import { CancellationScope, continueAsNew, isCancellation, proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { IngestActivities } from '../activities/ingest.ts';
import { codeOf } from './failure-code.ts';

/** One source of a study. Ids only: where the source lies and whose it is, the activities read from the store. */
export interface StudyIngestionInput {
  study: string;
  source: string;
  /** Counts so far, when a long run went on as a new one. */
  sofar?: IngestionResult;
}

export interface IngestionResult {
  batches: number;
  failed: number;
}

// A source that another run holds, and a store that is busy, pass; what is wrong with a file does not.
const { holdSource, findArrivals, ingestBatch, releaseSource, requestScoring } = proxyActivities<IngestActivities>({
  startToCloseTimeout: '24h',
  heartbeatTimeout: '15s',
  retry: { initialInterval: '1s', maximumInterval: '30s' },
});

/** Reads whatever has newly arrived at a source, batch by batch; one batch that fails does not stop the others. */
export async function studyIngestion(input: StudyIngestionInput): Promise<IngestionResult> {
  const { study, source } = input;
  const result = input.sofar ?? { batches: 0, failed: 0 };
  const { workflowId, runId } = workflowInfo();
  const holder = `${workflowId}|${input.sofar ? workflowInfo().firstExecutionRunId : runId}`;
  let error: string | null = null;
  let goOn = false;
  try {
    await holdSource({ source, holder });
    const { batches, more } = await findArrivals({ source });
    for (const batch of batches) {
      const outcome = await ingestBatch({ batch });
      result.batches += 1;
      if (outcome.error) {
        result.failed += 1;
        error = outcome.error;
      }
    }
    goOn = more;
  } catch (thrown) {
    if (isCancellation(thrown)) error = 'interrupted';
    else error = codeOf(thrown);
    throw thrown;
  } finally {
    // Also after a cancellation: the ledger is balanced at every commit, and what was stored is scored.
    if (!goOn) {
      await CancellationScope.nonCancellable(async () => {
        await releaseSource({ source, holder, error });
        await requestScoring({ study, source });
      });
    }
  }
  if (goOn) await continueAsNew<typeof studyIngestion>({ study, source, sofar: result });
  return result;
}
