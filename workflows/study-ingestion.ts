import { CancellationScope, continueAsNew, isCancellation, proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { IngestActivities } from '../activities/ingest.ts';
import type { ReplayCounts } from '../activities/threads/replay-quarantine.ts';
import { codeOf } from './failure-code.ts';

/** One source of a study. Ids only: where the source lies and whose it is, the activities read from the store. */
export interface StudyIngestionInput {
  study: string;
  source: string;
  /** Counts so far, when a long run went on as a new one. */
  sofar?: IngestionResult;
  /** Reads what is in quarantine for a reason (null: for any) again, instead of what has arrived. */
  replay?: { reason: string | null };
  /** When the first run of such a chain began, ISO. */
  since?: string;
}

export interface IngestionResult {
  batches: number;
  failed: number;
  /** Units of the quarantine by what became of them, where they were read again. */
  replayed?: ReplayCounts;
}

// A source that another run holds, and a store that is busy, pass; what is wrong with a file does not.
const { holdSource, findArrivals, ingestBatch, replayQuarantine, releaseSource, requestScoring } = proxyActivities<IngestActivities>({
  startToCloseTimeout: '24h',
  heartbeatTimeout: '15s',
  retry: { initialInterval: '1s', maximumInterval: '30s' },
});

/** Reads whatever has newly arrived at a source, batch by batch; one batch that fails does not stop the others. */
export async function studyIngestion(input: StudyIngestionInput): Promise<IngestionResult> {
  const { study, source } = input;
  const result = input.sofar ?? { batches: 0, failed: 0 };
  const { workflowId, firstExecutionRunId, startTime } = workflowInfo();
  const holder = `${workflowId}|${firstExecutionRunId}`;
  const since = input.since ?? startTime.toISOString();
  let error: string | null = null;
  let goOn = false;
  try {
    await holdSource({ source, holder });
    if (input.replay) return { ...result, replayed: await replayQuarantine({ source, ...input.replay }) };
    const { batches, more } = await findArrivals({ source, since });
    for (const batch of batches) {
      result.batches += 1;
      const failure = await read(batch);
      if (failure === null) continue;
      result.failed += 1;
      error = failure;
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
  if (goOn) await continueAsNew<typeof studyIngestion>({ study, source, sofar: result, since });
  return result;
}

/** Reads one batch. @returns the code of what ended it before its end, or null; a cancellation is thrown */
async function read(batch: string): Promise<string | null> {
  try {
    return (await ingestBatch({ batch })).error;
  } catch (thrown) {
    if (isCancellation(thrown)) throw thrown;
    return codeOf(thrown);
  }
}
