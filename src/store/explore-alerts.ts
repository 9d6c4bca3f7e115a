import { sql } from 'kysely';
import type { AlertDetail, AlertQueue } from '../../schema/api.ts';
import { AfferentError } from '../../schema/errors.ts';
import type { Grade } from '../../schema/model.ts';
import { alertQueue, alertRow } from './alert-queue.ts';
import { alertPolicy } from './alerts.ts';
import { now } from './clock.ts';
import { errorInWords } from './explore-studies.ts';
import type { Store } from './open.ts';
import { openRating } from './ratings.ts';
import { openDecision, openScore } from './scores.ts';
import type { Tables } from './tables.ts';

const count = sql<number>`count(*)`;
/** A scheduled source is stalled when it has missed this many of its turns. */
const missedTurns = 2;

/** The queue as a reviewer opens it; that is remembered as watching. */
export async function watchedQueue(store: Store, study: string, by: string): Promise<AlertQueue> {
  const at = now();
  const before = await store.db.selectFrom('watch').select(['seen_at', 'by']).where('study', '=', study).executeTakeFirst();
  const queue: AlertQueue = {
    alerts: await alertQueue(store, study, at),
    unscored: await unscoredPosts(store, study),
    stalled: await stalledSources(store, study, Date.parse(at)),
    watch: before ? { seenAt: before.seen_at, by: before.by } : null,
  };
  await store.db
    .insertInto('watch')
    .values({ study, seen_at: at, by })
    .onConflict((c) => c.column('study').doUpdateSet({ seen_at: at, by }))
    .execute();
  return queue;
}

/** Posts that no run could score, so that no policy saw them. */
async function unscoredPosts(store: Store, study: string): Promise<AlertQueue['unscored']> {
  const rows = await store.db
    .selectFrom('run_input')
    .innerJoin('run', 'run.id', 'run_input.run')
    .select(['run_input.participant', 'run_input.error', sql<number>`count(distinct run_input.record)`.as('posts')])
    .where('run.study', '=', study)
    .where('run.verify', '=', 0)
    .where('run_input.state', '=', 'failed')
    .where('run_input.record', 'is not', null)
    .where('run_input.participant', 'is not', null)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('score')
            .select('score.id')
            .whereRef('score.record', '=', 'run_input.record')
            .whereRef('score.model', '=', 'run_input.model')
            .whereRef('score.input_id', '=', 'run_input.input_id'),
        ),
      ),
    )
    .groupBy(['run_input.participant', 'run_input.error'])
    .orderBy('run_input.participant')
    .orderBy('run_input.error')
    .execute();
  return rows.map((row) => {
    const { code, message } = errorInWords(row.error ?? 'internal');
    return { participant: row.participant ?? '', code, message, posts: row.posts };
  });
}

/** Sources that failed, or that a schedule has not reached for longer than it should. */
async function stalledSources(store: Store, study: string, at: number): Promise<AlertQueue['stalled']> {
  const rows = await store.db
    .selectFrom('source')
    .select(['id', 'participant', 'kind', 'state', 'every_seconds', 'last_run_at', 'last_error', 'created_at'])
    .where('study', '=', study)
    .where('state', '<>', 'erased')
    .orderBy('id')
    .execute();
  return rows.flatMap((row) => {
    const since = at - Date.parse(row.last_run_at ?? row.created_at);
    const late = row.every_seconds !== null && since > missedTurns * row.every_seconds * 1000;
    if (!row.participant || (row.state !== 'failed' && !late)) return [];
    return [
      {
        source: row.id,
        participant: row.participant,
        kind: row.kind,
        code: row.last_error,
        lastRunAt: row.last_run_at,
        everySeconds: row.every_seconds,
      },
    ];
  });
}

/** An alert of this study. @throws AfferentError `unknown-alert` */
export async function alertOf(store: Store, study: string, id: string): Promise<Tables['alert']> {
  const alert = await store.db.selectFrom('alert').selectAll().where('id', '=', id).where('study', '=', study).executeTakeFirst();
  if (!alert) throw new AfferentError('unknown-alert');
  return alert;
}

/** What an alert is about, without a word that anybody wrote. @throws AfferentError `unknown-alert`, `key-gone` */
export async function alertDetail(store: Store, study: string, id: string): Promise<AlertDetail> {
  const alert = await alertOf(store, study, id);
  const { name, rules, people, claimWithin, rateWithin, closeWithin } = alertPolicy(alert);
  const events = await store.db
    .selectFrom('alert_event')
    .select(['number', 'at', 'event', 'actor', 'code'])
    .where('alert', '=', id)
    .orderBy('number')
    .execute();
  const key = await store.keys.key(alert.participant);
  const ratings = await givenRatings(store, id);
  return {
    alert: await alertRow(store, study, id, now()),
    policy: { name, rules, people: people.map((person) => person.account), claimWithin, rateWithin, closeWithin },
    events,
    scores: await alertScores(store, id, key),
    ratings: ratings.map((row) => ({ by: row.by, at: row.at, severity: openRating(key, row).severity })),
  };
}

/** Ratings that count, oldest first. */
export async function givenRatings(store: Store, alert: string) {
  return store.db
    .selectFrom('rating')
    .select(['id', 'by', 'at', 'body'])
    .where('alert', '=', alert)
    .where('state', '=', 'given')
    .orderBy('at')
    .orderBy('id')
    .execute();
}

/** Scores of an alert's episode, in the order of time. */
export async function alertScoreRows(store: Store, alert: string) {
  return store.db
    .selectFrom('alert_score')
    .innerJoin('score', 'score.id', 'alert_score.score')
    .innerJoin('source', 'source.id', 'score.source')
    .select(['score.id', 'score.head', 'score.grade', 'source.kind', 'score.day', 'score.time_ms', 'score.record', 'score.value'])
    .select('alert_score.joined_at')
    .where('alert_score.alert', '=', alert)
    .orderBy('score.time_ms')
    .orderBy('score.id')
    .execute();
}

async function alertScores(store: Store, alert: string, key: Buffer): Promise<AlertDetail['scores']> {
  const rows = await alertScoreRows(store, alert);
  const ids = rows.map((row) => row.id);
  const stored =
    ids.length === 0 ? [] : await store.db.selectFrom('decision').selectAll().where('score', 'in', ids).orderBy('id').execute();
  const decisions = new Map(stored.map((row) => [row.score, row]));
  return rows.map((row) => {
    const { scores, intervals } = openScore(key, row);
    const decision = decisions.get(row.id);
    return {
      score: row.id,
      head: row.head,
      grade: row.grade as Grade,
      kind: row.kind,
      day: row.day || null,
      time: new Date(row.time_ms).toISOString(),
      joinedAt: row.joined_at,
      scores,
      decision: decision ? openDecision(key, decision) : null,
      interval: intervals,
    };
  });
}

/** How many alerts of a study wait for somebody. */
export async function openAlerts(store: Store, study: string): Promise<number> {
  const row = await store.db
    .selectFrom('alert')
    .select(count.as('rows'))
    .where('study', '=', study)
    .where('state', '<>', 'closed')
    .executeTakeFirstOrThrow();
  return row.rows;
}
