import type { Transaction } from 'kysely';
import type { AlertDecision } from '../../schema/alerts.ts';
import { AfferentError } from '../../schema/errors.ts';
import { Policy } from '../../schema/policy.ts';
import { now } from './clock.ts';
import { holdForDeletions } from './deletions.ts';
import type { Store } from './open.ts';
import type { Tables } from './tables.ts';

/**
 * Opens an episode for a participant, or joins the one that is open. Scores that belong to an episode already, open or closed, do neither;
 * nor do those that were erased since they were read. Whoever erases waits for the end, and it for them.
 * @returns the alert and whether it was opened now; null when every score had its episode
 */
export async function openOrJoin(
  store: Store,
  study: string,
  participant: string,
  policy: Policy,
  scores: readonly string[],
): Promise<{ id: string; opened: boolean } | null> {
  return store.db.transaction().execute(async (tx) => {
    await holdForDeletions(store, tx, participant, false);
    const fresh: string[] = [];
    for (let i = 0; i < scores.length; i += 1000) {
      const rows = await tx
        .selectFrom('score')
        .leftJoin('alert_score', 'alert_score.score', 'score.id')
        .select('score.id')
        .where('score.id', 'in', scores.slice(i, i + 1000))
        .where('alert_score.alert', 'is', null)
        .execute();
      for (const { id } of rows) fresh.push(id);
    }
    fresh.sort();
    if (fresh.length === 0) return null;
    const open = await tx
      .selectFrom('alert')
      .select('id')
      .where('participant', '=', participant)
      .where('policy_name', '=', policy.name)
      .where('state', '<>', 'closed')
      .executeTakeFirst();
    const at = now();
    // Named after the first score of the episode: the same run tried again opens the same alert.
    const id =
      open?.id ??
      `a_${store.secrets
        .study(study)('alert', policy.name, fresh[0] as string)
        .slice(0, 16)}`;
    if (!open) {
      await tx
        .insertInto('alert')
        .values({
          id,
          study,
          participant,
          policy: JSON.stringify(policy),
          policy_name: policy.name,
          state: 'open',
          opened_at: at,
          told: 0,
          due_at: null,
          claimed_by: null,
          claimed_at: null,
          closed_at: null,
          decision: null,
          last_mail: 'none',
        })
        .execute();
      await tx.insertInto('alert_event').values({ alert: id, number: 0, at, event: 'opened', actor: null, code: null }).execute();
    }
    for (let i = 0; i < fresh.length; i += 1000) {
      const rows = fresh.slice(i, i + 1000).map((score) => ({ alert: id, score, joined_at: at }));
      await tx.insertInto('alert_score').values(rows).execute();
    }
    return { id, opened: !open };
  });
}

/** @throws AfferentError `unknown-alert` */
export async function requireAlert(store: Store, id: string): Promise<Tables['alert']> {
  const alert = await store.db.selectFrom('alert').selectAll().where('id', '=', id).executeTakeFirst();
  if (!alert) throw new AfferentError('unknown-alert');
  return alert;
}

export function alertPolicy(alert: Tables['alert']): Policy {
  return Policy.parse(JSON.parse(alert.policy));
}

type Change = Partial<
  Pick<Tables['alert'], 'state' | 'told' | 'due_at' | 'claimed_by' | 'claimed_at' | 'closed_at' | 'decision' | 'last_mail'>
>;
type State = Tables['alert']['state'];

/**
 * Changes an alert that is in one of the states given and writes a line into its story, together or not at all.
 * @returns whether it was in such a state
 */
async function step(
  tx: Transaction<Tables>,
  alert: string,
  from: readonly State[],
  line: { event: string; actor: string | null; code: string | null },
  change: Change,
): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('alert')
    .set({ ...change, id: alert })
    .where('id', '=', alert)
    .where('state', 'in', from)
    .executeTakeFirstOrThrow();
  if (numUpdatedRows === 0n) return false;
  const last = await tx
    .selectFrom('alert_event')
    .select((eb) => eb.fn.max('number').as('number'))
    .where('alert', '=', alert)
    .executeTakeFirst();
  await tx
    .insertInto('alert_event')
    .values({ alert, number: Number(last?.number ?? -1) + 1, at: now(), ...line })
    .execute();
  return true;
}

/** Notes that a person was told, or could not be; `code` is of the error table. Nothing once the alert has moved on. */
export async function noteTold(
  store: Store,
  alert: string,
  from: 'open' | 'claimed',
  person: string,
  code: string | null,
  change: Pick<Change, 'told' | 'due_at'>,
): Promise<void> {
  const line = { event: code === null ? 'told' : 'mail-failed', actor: person, code };
  await store.db.transaction().execute((tx) => step(tx, alert, [from], line, { ...change, last_mail: code === null ? 'sent' : 'failed' }));
}

/** Notes that a time limit has passed. @returns the alert's state */
export async function noteOverdue(store: Store, alert: string, limit: 'rate' | 'close'): Promise<State> {
  const from: State = limit === 'rate' ? 'claimed' : 'rated';
  await store.db.transaction().execute((tx) => step(tx, alert, [from], { event: `overdue-${limit}`, actor: null, code: null }, {}));
  return (await requireAlert(store, alert)).state;
}

/**
 * Claims an alert in the store. The row is the authority: of two who claim, one has it.
 * @param instead who has it and let the time run out, or null
 * @throws AfferentError `alert-claimed`, `alert-closed`
 */
export async function claimAlert(store: Store, alert: string, by: string, instead: string | null, dueAt: string): Promise<void> {
  const taken = await store.db.transaction().execute(async (tx) => {
    const row = await tx.selectFrom('alert').select(['claimed_by', 'state']).where('id', '=', alert).executeTakeFirst();
    if (row?.claimed_by === by) return true;
    if (row?.claimed_by != null && row.claimed_by !== instead) return false;
    const change = { claimed_by: by, claimed_at: now(), state: 'claimed' as const, due_at: dueAt };
    return step(tx, alert, ['open', 'claimed'], { event: 'claimed', actor: by, code: null }, change);
  });
  if (taken) return;
  throw new AfferentError((await requireAlert(store, alert)).state === 'closed' ? 'alert-closed' : 'alert-claimed');
}

/** Turns the draft of a rating into the rating given. */
export async function giveRating(store: Store, alert: string, rating: string, by: string, dueAt: string): Promise<void> {
  await store.db.transaction().execute(async (tx) => {
    const { numUpdatedRows } = await tx
      .updateTable('rating')
      .set({ state: 'given', at: now() })
      .where('id', '=', rating)
      .where('alert', '=', alert)
      .where('by', '=', by)
      .where('state', '=', 'draft')
      .executeTakeFirstOrThrow();
    if (numUpdatedRows === 0n) return;
    await step(tx, alert, ['claimed', 'rated'], { event: 'rated', actor: by, code: null }, { state: 'rated', due_at: dueAt });
  });
}

export async function closeAlert(store: Store, alert: string, by: string, decision: AlertDecision): Promise<void> {
  const change = { state: 'closed' as const, decision, closed_at: now(), due_at: null };
  await store.db.transaction().execute((tx) => step(tx, alert, ['rated'], { event: 'closed', actor: by, code: null }, change));
}

/** Alerts whose workflow must exist, of a study or of all. */
export async function unfinishedAlerts(store: Store, study: string | null): Promise<Tables['alert'][]> {
  return store.db
    .selectFrom('alert')
    .selectAll()
    .where('state', '<>', 'closed')
    .$if(study !== null, (query) => query.where('study', '=', study as string))
    .orderBy('id')
    .execute();
}
