import { type Client, WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { WorkflowIdConflictPolicy, WorkflowIdReusePolicy } from '@temporalio/common';
import type { crisisReview } from '../../workflows/crisis-review.ts';
import { ingestQueue } from '../../workflows/queues.ts';
import type { scoring } from '../../workflows/scoring.ts';
import type { Deadlines } from '../review/deadlines.ts';
import type { Tables } from '../store/tables.ts';
import { kindAttribute, studyAttribute, workflowIds } from './names.ts';

/** Tells the study's scoring that a source has been read; starts it when none runs. */
export async function requestScoring(client: Client, study: string, source: string): Promise<void> {
  await client.workflow.signalWithStart<typeof scoring, [string]>('scoring', {
    ...scoringOptions(study),
    signal: 'ingested',
    signalArgs: [source],
  });
}

/** Announces sources that are about to be read, so that their scores come in one run. */
export async function expectSources(client: Client, study: string, sources: string[]): Promise<void> {
  await client.workflow.signalWithStart<typeof scoring, [string[]]>('scoring', {
    ...scoringOptions(study),
    signal: 'expect',
    signalArgs: [sources],
  });
}

function scoringOptions(study: string) {
  return {
    taskQueue: ingestQueue,
    workflowId: workflowIds.scoring(study),
    args: [{ study }] as [{ study: string }],
    typedSearchAttributes: [
      { key: studyAttribute, value: study },
      { key: kindAttribute, value: 'scoring' },
    ],
    memo: { study, what: 'scores what the study has not scored yet' },
  };
}

/** Starts the review of an alert, or leaves the one that runs. The alert's row says how far it had come. */
export async function startReview(client: Client, alert: Tables['alert'], deadlines: Deadlines): Promise<void> {
  if (alert.state === 'closed') return;
  try {
    await client.workflow.start<typeof crisisReview>('crisisReview', {
      taskQueue: ingestQueue,
      workflowId: workflowIds.review(alert.id),
      workflowIdConflictPolicy: WorkflowIdConflictPolicy.FAIL,
      workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
      args: [
        {
          alert: alert.id,
          deadlines,
          openedAtMs: Date.parse(alert.opened_at),
          state: alert.state,
          claimedBy: alert.claimed_by,
          told: alert.told,
        },
      ],
      typedSearchAttributes: [
        { key: studyAttribute, value: alert.study },
        { key: kindAttribute, value: 'review' },
      ],
      memo: { study: alert.study, what: 'an alert on its way to a reviewer' },
    });
  } catch (thrown) {
    if (!(thrown instanceof WorkflowExecutionAlreadyStartedError)) throw thrown;
  }
}
