import type { Transaction } from 'kysely';
import type { AlertDecision } from '../../schema/alerts.ts';
import { AfferentError } from '../../schema/errors.ts';
import { Policy } from '../../schema/policy.ts';
import { now } from './clock.ts';
import { holdParticipant } from './hold-participant.ts';
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
    await holdEpisodes(store, tx, participant);
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
    const id =
      open?.id ?? (await openEpisode(store, tx, { study, participant, policy: JSON.stringify(policy), name: policy.name }, fresh, at));
    for (let i = 0; i < fresh.length; i += 1000) {
      const rows = fresh.slice(i, i + 1000).map((score) => ({ alert: id, score, joined_at: at }));
      await tx.insertInto('alert_score').values(rows).execute();
    }
    return { id, opened: !open };
  });
}

/**
 * On PostgreSQL one opens, joins or closes an episode of a participant at a time: a score that joins what another is closing would be in
 * no alert that anybody looks at. Whoever erases is waited for, and locks in this order too: the participant, then the alert.
 */
async function holdEpisodes(store: Store, tx: Transaction<Tables>, participant: string): Promise<void> {
  await holdParticipant(store, tx, participant, false);
  if (store.adapter.name !== 'postgres') return;
  await tx.selectFrom('participant').select('id').where('id', '=', participant).forNoKeyUpdate().execute();
}

/** @param scores sorted; the episode is named after the first, so that the same run tried again opens the same alert. @returns its id */
async function openEpisode(
  store: Store,
  tx: Transaction<Tables>,
  { name, ...of }: Pick<Tables['alert'], 'study' | 'participant' | 'policy'> & { name: string },
  scores: readonly string[],
  at: string,
): Promise<string> {
  const hash = store.secrets.study(of.study);
  const id = `a_${hash('alert', name, scores[0] as string).slice(0, 16)}`;
  const untouched = { told: 0, due_at: null, claimed_by: null, claimed_at: null, closed_at: null, decision: null } as const;
  await tx
    .insertInto('alert')
    .values({ id, ...of, policy_name: name, state: 'open', opened_at: at, ...untouched, last_mail: 'none' })
    .execute();
  await tx.insertInto('alert_event').values({ alert: id, number: 0, at, event: 'opened', actor: null, code: null }).execute();
  return id;
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
    const row = await tx
      .selectFrom('alert')
      .select(['claimed_by', 'state'])
      .where('id', '=', alert)
      .$if(store.adapter.name === 'postgres', (query) => query.forNoKeyUpdate())
      .executeTakeFirst();
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

/** Closes a rated alert. Scores that have joined since its last rating were in none: they open the next episode, under the same policy. */
export async function closeAlert(store: Store, alert: string, by: string, decision: AlertDecision): Promise<void> {
  const { study, participant, policy, policy_name: name } = await requireAlert(store, alert);
  await store.db.transaction().execute(async (tx) => {
    await holdEpisodes(store, tx, participant);
    const at = now();
    const change = { state: 'closed' as const, decision, closed_at: at, due_at: null };
    if (!(await step(tx, alert, ['rated'], { event: 'closed', actor: by, code: null }, change))) return;
    const unrated = await unratedScores(tx, alert);
    if (unrated.length === 0) return;
    const next = await openEpisode(store, tx, { study, participant, policy, name }, unrated, at);
    for (let i = 0; i < unrated.length; i += 1000) {
      const some = unrated.slice(i, i + 1000);
      await tx
        .updateTable('alert_score')
        .set({ alert: next, joined_at: at })
        .where('alert', '=', alert)
        .where('score', 'in', some)
        .execute();
    }
  });
}

/** Scores of an alert that joined it after it was last rated, sorted. */
async function unratedScores(tx: Transaction<Tables>, alert: string): Promise<string[]> {
  const ratings = tx.selectFrom('rating').where('alert', '=', alert).where('state', '=', 'given');
  const rated = await ratings.select((eb) => eb.fn.max('at').as('at')).executeTakeFirst();
  if (rated?.at == null) return [];
  const rows = await tx
    .selectFrom('alert_score')
    .select('score')
    .where('alert', '=', alert)
    // Of the same millisecond neither is known to be first.
    .where('joined_at', '>=', rated.at)
    .orderBy('score')
    .execute();
  return rows.map(({ score }) => score).sort();
}

/** Alerts of a participant that are not closed. */
export async function openAlertsOf(store: Store, participant: string): Promise<string[]> {
  const alerts = store.db.selectFrom('alert').select('id').where('participant', '=', participant);
  const rows = await alerts.where('state', '<>', 'closed').orderBy('id').execute();
  return rows.map(({ id }) => id);
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
