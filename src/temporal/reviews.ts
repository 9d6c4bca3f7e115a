import { type Client, WorkflowNotFoundError, WorkflowUpdateFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { AlertDecision } from '../../schema/alerts.ts';
import { AfferentError, type ErrorCode, errorTable } from '../../schema/errors.ts';
import { deadlinesOf } from '../review/deadlines.ts';
import { alertPolicy, requireAlert, unfinishedAlerts } from '../store/alerts.ts';
import type { Store } from '../store/open.ts';
import { draftRating, type RatingBody } from '../store/ratings.ts';
import { workflowIds } from './names.ts';
import { startReview } from './requests.ts';

/** The steps that a person takes on an alert; each is an update of its workflow, checked there. */
export interface Reviews {
  claim(alert: string, by: string): Promise<void>;
  /** Seals severity and note in the store first; only their id crosses over. */
  rate(alert: string, by: string, rating: RatingBody): Promise<void>;
  /** The same for a rating that is sealed in the store already. */
  rateDraft(alert: string, by: string, ratingId: string): Promise<void>;
  close(alert: string, by: string, decision: AlertDecision): Promise<void>;
}

/** @returns steps that throw AfferentError `alert-claimed`, `alert-not-claimed`, `alert-not-rated`, `alert-closed`, `unknown-alert` */
export function reviews(client: Client, store: Store): Reviews {
  return {
    claim: (alert, by) => step(alert, 'claim', { by }),
    async rate(alert, by, rating) {
      const row = await requireAlert(store, alert);
      if (row.state === 'closed') throw new AfferentError('alert-closed');
      if (row.claimed_by === null) throw new AfferentError('alert-not-claimed');
      if (row.claimed_by !== by) throw new AfferentError('alert-claimed');
      const ratingId = await draftRating(store, row, by, rating);
      await step(alert, 'rate', { by, ratingId });
    },
    rateDraft: (alert, by, ratingId) => step(alert, 'rate', { by, ratingId }),
    close: (alert, by, decision) => step(alert, 'close', { by, decision }),
  };

  async function step(alert: string, update: 'claim' | 'rate' | 'close', args: object): Promise<void> {
    const row = await requireAlert(store, alert);
    if (row.state === 'closed') throw new AfferentError('alert-closed');
    const handle = client.workflow.getHandle(workflowIds.review(alert));
    try {
      await handle.executeUpdate(update, { args: [args] });
    } catch (thrown) {
      if (thrown instanceof WorkflowNotFoundError) {
        // The server forgot the workflow (its history is not the authority): the row brings it back.
        await startReview(client, row, deadlinesOf(alertPolicy(row)));
        await handle.executeUpdate(update, { args: [args] }).catch((again: unknown) => {
          throw refusal(again);
        });
        return;
      }
      throw refusal(thrown);
    }
  }
}

function refusal(thrown: unknown): unknown {
  const cause = thrown instanceof WorkflowUpdateFailedError ? thrown.cause : undefined;
  const inner = cause instanceof ApplicationFailure ? cause : cause?.cause;
  const code = inner instanceof ApplicationFailure ? inner.type : undefined;
  return code && Object.hasOwn(errorTable, code) ? new AfferentError(code as ErrorCode) : thrown;
}

/** Starts a workflow for every open alert that has none. */
export async function recreateReviews(client: Client, store: Store): Promise<void> {
  for (const alert of await unfinishedAlerts(store, null)) await startReview(client, alert, deadlinesOf(alertPolicy(alert)));
}
