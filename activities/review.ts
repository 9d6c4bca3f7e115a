import { Context } from '@temporalio/activity';
import type { AlertDecision } from '../schema/alerts.ts';
import { toAfferentError } from '../schema/errors.ts';
import { sendMail } from '../src/mail/send.ts';
import { addAlertEvent, alertPolicy, claimAlert, closeAlert, giveRating, requireAlert } from '../src/store/alerts.ts';
import type { Dependencies } from './dependencies.ts';
import { ours } from './ingest.ts';

/** Tries at one mail before the next person is told instead. */
const mailTries = 4;

/** Activities of a crisis review. The store's row is the authority; each step may be repeated without harm. */
export function reviewActivities({ store, mail }: Dependencies) {
  return {
    /** Tells the policy's next person. False when the mail cannot be sent: the failure stands in the alert's story, and the next one's turn comes. */
    async notify({ alert: id, turn, dueAt }: { alert: string; turn: number; dueAt: string }): Promise<boolean> {
      const alert = await ours(requireAlert(store, id));
      const policy = alertPolicy(alert);
      const person = policy.people[turn % policy.people.length];
      if (!person || alert.state !== 'open' || alert.told > turn) return true;
      try {
        await sendMail(mail, person, { alert: id, study: alert.study, dueAt });
      } catch (thrown) {
        const error = toAfferentError(thrown);
        const lastTry = error.code === 'no-smtp' || Context.current().info.attempt >= mailTries;
        if (!lastTry) return ours(Promise.reject(error));
        await addAlertEvent(store, id, 'mail-failed', person.account, error.code, { told: turn + 1, due_at: dueAt, last_mail: 'failed' });
        return false;
      }
      await addAlertEvent(store, id, 'told', person.account, null, { told: turn + 1, due_at: dueAt, last_mail: 'sent' });
      return true;
    },
    async recordOverdue({ alert, step }: { alert: string; step: 'rate' | 'close' }): Promise<void> {
      await addAlertEvent(store, alert, `overdue-${step}`, null, null, {});
    },
    recordClaim: ({ alert, by, dueAt }: { alert: string; by: string; dueAt: string }) => ours(claimAlert(store, alert, by, dueAt)),
    recordRating: ({ alert, by, ratingId, dueAt }: { alert: string; by: string; ratingId: string; dueAt: string }) =>
      ours(giveRating(store, alert, ratingId, by, dueAt)),
    recordClose: ({ alert, by, decision }: { alert: string; by: string; decision: AlertDecision }) =>
      ours(closeAlert(store, alert, by, decision)),
  };
}

export type ReviewActivities = ReturnType<typeof reviewActivities>;
