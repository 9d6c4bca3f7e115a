import type { Policy } from '../../schema/policy.ts';
import { overPolicy, policyHeads, tooOld } from '../../src/review/rules.ts';
import { openOrJoin } from '../../src/store/alerts.ts';
import { keyUnlessGone } from '../../src/store/keys.ts';
import { type RunModel, requireRun, setDecided, undecidedRuns } from '../../src/store/runs.ts';
import { openScore } from '../../src/store/scores.ts';
import { isStepForm } from '../../src/store/signal-tables/forms.ts';
import { studyPolicy } from '../../src/store/studies.ts';
import type { JobContext } from './jobs.ts';

/** Scores read at once. */
const page = 2_000;

/**
 * Holds the scores of every run that ended, well or not, against the study's policy, once; opens or joins one episode for each
 * participant. A run counts as decided only when all its alerts are in the store.
 */
export async function decideAlerts(context: JobContext, { study }: { study: string }): Promise<{ opened: number }> {
  const { store } = context;
  const policy = await studyPolicy(store, study);
  let opened = 0;
  for (const run of await undecidedRuns(store, study)) {
    if (policy !== null) {
      const hits = await overThePolicy(context, run, policy);
      for (const participant of [...hits.keys()].sort()) {
        const alert = await openOrJoin(store, study, participant, policy, hits.get(participant) ?? []);
        if (alert?.opened) opened += 1;
      }
    }
    await setDecided(store, run);
  }
  return { opened };
}

/** Scores of a run that are over the policy and not too old to alarm anybody, by participant. */
async function overThePolicy({ store, progress, checkCancelled }: JobContext, run: string, policy: Policy): Promise<Map<string, string[]>> {
  const nowMs = Date.now();
  const models = JSON.parse((await requireRun(store, run)).models) as RunModel[];
  // What a person's minutes and days say is of weeks, and weak: whatever a policy says, it alarms nobody.
  const deciding = models.filter(({ input }) => !isStepForm(input)).map(({ id }) => id);
  if (deciding.length === 0) return new Map();
  const hits = new Map<string, string[]>();
  let after = '';
  for (;;) {
    checkCancelled();
    const rows = await store.db
      .selectFrom('score')
      .select(['id', 'participant', 'head', 'time_ms', 'value'])
      .where('run', '=', run)
      .where('model', 'in', deciding)
      .where('head', 'in', policyHeads(policy))
      .where('id', '>', after)
      .orderBy('id')
      .limit(page)
      .execute();
    for (const row of rows) {
      if (tooOld(policy, row.time_ms, nowMs)) continue;
      const key = await keyUnlessGone(store, row.participant);
      if (key === null) continue;
      const { scores } = openScore(key, row);
      if (!overPolicy(policy, { head: row.head, scores, timeMs: row.time_ms })) continue;
      const list = hits.get(row.participant);
      if (list) list.push(row.id);
      else hits.set(row.participant, [row.id]);
    }
    progress(rows.length);
    const last = rows.at(-1);
    if (!last || rows.length < page) return hits;
    after = last.id;
  }
}
