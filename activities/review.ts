import { Context } from '@temporalio/activity';
import type { AlertDecision } from '../schema/alerts.ts';
import { toAfferentError } from '../schema/errors.ts';
import { sendMail } from '../src/mail/send.ts';
import { deadlinesOf } from '../src/review/deadlines.ts';
import {
  alertPolicy,
  claimAlert,
  closeAlert,
  giveRating,
  noteOverdue,
  noteTold,
  requireAlert,
  unfinishedAlerts,
} from '../src/store/alerts.ts';
import { startReview } from '../src/temporal/requests.ts';
import type { Dependencies } from './dependencies.ts';
import { ours as oursOf } from './ingest.ts';
import { alive } from './run-job.ts';

/** Tries at one mail before the next person is told instead. */
const mailTries = 4;

/** What came of telling somebody; `moved`: the alert's row is no longer where the workflow believes it to be. */
export type Told = 'reached' | 'failed' | 'moved';

/** A review whose disk is full waits for room: it must not end before its alert is closed. */
const ours = <T>(work: Promise<T>): Promise<T> => oursOf(work, true);

/** Activities of a crisis review. The store's row is the authority; each step may be repeated without harm. */
export function reviewActivities({ store, client, mail }: Dependencies) {
  return alive({
    /** Tells the policy's next person, while the alert is in the state given. A mail that cannot be sent stands in the alert's story. */
    async notify({
      alert: id,
      turn,
      dueAt,
      state,
    }: {
      alert: string;
      turn: number;
      dueAt: string;
      state: 'open' | 'claimed';
    }): Promise<Told> {
      const alert = await ours(requireAlert(store, id));
      const policy = alertPolicy(alert);
      const person = policy.people[turn % policy.people.length];
      if (!person || alert.state !== state) return 'moved';
      if (alert.told > turn) return 'reached';
      const change = state === 'open' ? { told: turn + 1, due_at: dueAt } : { told: turn + 1 };
      try {
        await sendMail(mail, person, { alert: id, study: alert.study, dueAt });
      } catch (thrown) {
        const error = toAfferentError(thrown);
        const lastTry = error.code === 'no-smtp' || Context.current().info.attempt >= mailTries;
        if (!lastTry) return ours(Promise.reject(error));
        await ours(noteTold(store, id, state, person.account, error.code, change));
        return 'failed';
      }
      await ours(noteTold(store, id, state, person.account, null, change));
      return 'reached';
    },
    recordOverdue: ({ alert, step }: { alert: string; step: 'rate' | 'close' }) => ours(noteOverdue(store, alert, step)),
    recordClaim: ({ alert, by, instead, dueAt }: { alert: string; by: string; instead: string | null; dueAt: string }) =>
      ours(claimAlert(store, alert, by, instead, dueAt)),
    recordRating: ({ alert, by, ratingId, dueAt }: { alert: string; by: string; ratingId: string; dueAt: string }) =>
      ours(giveRating(store, alert, ratingId, by, dueAt)),
    async recordClose({ alert, by, decision }: { alert: string; by: string; decision: AlertDecision }): Promise<void> {
      await ours(closeAlert(store, alert, by, decision));
      // What it had not been rated for goes on as another alert. Looked for each time: a try that was killed may have left it unstarted.
      const { study, participant } = await ours(requireAlert(store, alert));
      const open = await ours(unfinishedAlerts(store, study));
      for (const next of open) if (next.participant === participant) await startReview(client, next, deadlinesOf(alertPolicy(next)));
    },
    /** Where the row is, for a workflow that found it elsewhere than it believed. */
    async rowState({ alert }: { alert: string }): Promise<{ state: 'open' | 'claimed' | 'rated' | 'closed'; claimedBy: string | null }> {
      const row = await ours(requireAlert(store, alert));
      return { state: row.state, claimedBy: row.claimed_by };
    },
  });
}

export type ReviewActivities = ReturnType<typeof reviewActivities>;
