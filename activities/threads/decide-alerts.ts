import { overPolicy, policyHeads, tooOld } from '../../src/review/rules.ts';
import { openOrJoin } from '../../src/store/alerts.ts';
import { requireRun } from '../../src/store/runs.ts';
import { openScore } from '../../src/store/scores.ts';
import { studyPolicy } from '../../src/store/studies.ts';
import type { JobContext } from './jobs.ts';

/** Scores read at once. */
const page = 2_000;

/** Holds a run's scores against the study's policy; opens or joins one episode for each participant. */
export async function decideAlerts(
  { store, progress, checkCancelled }: JobContext,
  { run: id }: { run: string },
): Promise<{ opened: string[] }> {
  const run = await requireRun(store, id);
  const policy = await studyPolicy(store, run.study);
  if (policy === null || run.verify === 1) return { opened: [] };
  const nowMs = Date.now();
  const hits = new Map<string, string[]>();
  let after = '';
  for (;;) {
    checkCancelled();
    const rows = await store.db
      .selectFrom('score')
      .select(['id', 'participant', 'head', 'time_ms', 'value'])
      .where('run', '=', id)
      .where('head', 'in', policyHeads(policy))
      .where('id', '>', after)
      .orderBy('id')
      .limit(page)
      .execute();
    for (const row of rows) {
      if (tooOld(policy, row.time_ms, nowMs)) continue;
      const key = await store.keys.key(row.participant).catch(() => null);
      if (key === null) continue;
      const { scores } = openScore(key, row);
      if (overPolicy(policy, { head: row.head, scores, timeMs: row.time_ms })) {
        hits.set(row.participant, [...(hits.get(row.participant) ?? []), row.id]);
      }
    }
    progress(rows.length);
    const last = rows.at(-1);
    if (!last || rows.length < page) break;
    after = last.id;
  }
  const opened: string[] = [];
  for (const [participant, scores] of [...hits].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const alert = await openOrJoin(store, run.study, participant, policy, scores);
    if (alert) opened.push(alert.id);
  }
  return { opened };
}
