import { AfferentError } from '../../schema/errors.ts';
import { accountRoles, requireAccount } from '../store/accounts.ts';
import { alertRow } from '../store/alert-queue.ts';
import { openAlertsOf, requireAlert } from '../store/alerts.ts';
import { audited } from '../store/audit.ts';
import type { Store } from '../store/open.ts';
import { type Reviews, reviews } from '../temporal/reviews.ts';
import { withStore } from './home.ts';
import { argument, type Call, textOption, type VerbOption } from './verb.ts';
import { withParts } from './with-parts.ts';

export const byOption: VerbOption = { flags: '--by <name>', help: 'the account that acts: a reviewer of the study', required: true };

/**
 * A step of a reviewer on an alert, and the alert as it is then.
 * @throws AfferentError `unknown-alert`, `unknown-account`, `forbidden`, and what the alert's own workflow refuses
 */
export async function alertStep(
  call: Call,
  verb: string,
  step: (steps: Reviews, alert: string, by: string) => Promise<void>,
): Promise<number> {
  const alert = argument(call, 0);
  const by = textOption(call, 'by') ?? '';
  return withStore(call.config, async (store) => {
    const { study, participant } = await requireAlert(store, alert);
    await requireReviewer(store, by, study);
    const entry = { actor: by, action: verb.replace('alerts ', 'alert-'), study, object: alert };
    await withParts(call, store, { verb }, ({ client }) => audited(store, entry, () => step(reviews(client, store), alert, by)));
    const row = await alertRow(store, study, alert, new Date().toISOString());
    const next = row.state === 'closed' ? await openAlertsOf(store, participant) : [];
    call.out.report({ ...row, next }, () => {
      call.out.line(`Alert ${alert} is ${row.state}${row.claimedBy ? `, by ${row.claimedBy}` : ''}.`);
      if (next.length > 0)
        call.out.note(`Scores that joined it after it was rated are alert ${next.join(', ')} now. See: ./afferent alerts ${study}`);
    });
    return 0;
  });
}

async function requireReviewer(store: Store, account: string, study: string): Promise<void> {
  await requireAccount(store, account);
  const roles = await accountRoles(store, account);
  if (!roles.some((row) => row.study === study && row.roles.includes('reviewer'))) throw new AfferentError('forbidden');
}
