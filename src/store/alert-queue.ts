import type { AlertDecision, AlertRow } from '../../schema/alerts.ts';
import { AfferentError } from '../../schema/errors.ts';
import { alertPolicy } from './alerts.ts';
import { keyUnlessGone } from './keys.ts';
import type { Store } from './open.ts';
import { openRating } from './ratings.ts';

/** The queue, the most urgent first. `at` decides what is overdue. */
export async function alertQueue(store: Store, study: string | null, at: string): Promise<AlertRow[]> {
  const queue = await queueRows(store, { study, id: null }, at);
  const rank = (row: AlertRow) => `${row.state === 'closed' ? 1 : 0}|${row.dueAt ?? '9'}|${row.openedAt}|${row.id}`;
  return queue.sort((a, b) => (rank(a) < rank(b) ? -1 : 1));
}

/** One row as the queue has it. @throws AfferentError `unknown-alert` */
export async function alertRow(store: Store, study: string, id: string, at: string): Promise<AlertRow> {
  const [row] = await queueRows(store, { study, id }, at);
  if (!row) throw new AfferentError('unknown-alert');
  return row;
}

async function queueRows(store: Store, { study, id }: { study: string | null; id: string | null }, at: string): Promise<AlertRow[]> {
  const rows = await store.db
    .selectFrom('alert')
    .selectAll()
    .select((eb) =>
      eb
        .selectFrom('alert_score')
        .select((inner) => inner.fn.countAll<number>().as('n'))
        .whereRef('alert_score.alert', '=', 'alert.id')
        .as('scores'),
    )
    .$if(study !== null, (query) => query.where('study', '=', study as string))
    .$if(id !== null, (query) => query.where('id', '=', id as string))
    .execute();
  const severities = await ratedSeverities(store, rows);
  return rows.map((row): AlertRow => {
    const policy = alertPolicy(row);
    const told = row.told > 0 ? (policy.people[(row.told - 1) % policy.people.length]?.account ?? null) : null;
    return {
      id: row.id,
      study: row.study,
      participant: row.participant,
      policy: row.policy_name,
      state: row.state,
      openedAt: row.opened_at,
      scores: Number(row.scores ?? 0),
      claimedBy: row.claimed_by,
      waitingFor: row.state === 'closed' ? null : (row.claimed_by ?? told),
      dueAt: row.due_at,
      overdue: row.due_at !== null && row.due_at < at,
      severity: severities.get(row.id) ?? null,
      decision: row.decision as AlertDecision | null,
      lastMail: row.last_mail,
    };
  });
}

/** The newest severity given to each alert; none for somebody whose key was destroyed while their rows are still there. */
async function ratedSeverities(store: Store, alerts: readonly { id: string }[]): Promise<Map<string, number>> {
  const severities = new Map<string, number>();
  const ids = alerts.map((alert) => alert.id);
  for (let i = 0; i < ids.length; i += 1000) {
    const rows = await store.db
      .selectFrom('rating')
      .selectAll()
      .where('alert', 'in', ids.slice(i, i + 1000))
      .where('state', '=', 'given')
      .orderBy('at')
      .execute();
    for (const row of rows) {
      const key = await keyUnlessGone(store, row.participant);
      if (key) severities.set(row.alert, openRating(key, row).severity);
    }
  }
  return severities;
}
