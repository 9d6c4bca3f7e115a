import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Policy } from '../../schema/policy.ts';
import { alertQueue } from '../../src/store/alert-queue.ts';
import { addParticipant } from '../../src/store/participants.ts';
import { listRuns, type RunModel } from '../../src/store/runs.ts';
import { addSource } from '../../src/store/sources.ts';
import { changeStudyModels, createStudy } from '../../src/store/studies.ts';
import { runAgain } from '../../src/temporal/reruns.ts';
import { ingestAll, settings } from '../support/study.ts';
import { type StudyHome, studyHome } from '../support/study-home.ts';

let home: StudyHome;

beforeAll(async () => {
  home = await studyHome();
  await home.startWorker();
});

afterAll(() => home.close());

/** A number that stands nowhere else. */
const steps = 7_319_113;
const dayMs = 86_400_000;
/** Alerts rest on new scores: the days end yesterday. */
const lastDay = Math.floor(Date.now() / dayMs) * dayMs - dayMs;

/** Days of steps, screen and calls as a study's own app writes them, and an hour and more of heart rate. */
function daysFile(name: string, days: number): string {
  const lines: object[] = [];
  for (let k = 0; k < days; k++) {
    const start = lastDay - (days - 1 - k) * dayMs;
    const whole = { type: 'sample', time: new Date(start).toISOString(), end: new Date(start + dayMs).toISOString(), device: 'Phone' };
    lines.push({ ...whole, signal: 'steps', unit: '1', value: k === 3 ? steps / 100 : 4000 + 300 * (k % 7) });
    lines.push({ ...whole, signal: 'screen', unit: 'min', value: 90 + 11 * (k % 5) });
  }
  for (let minute = 0; minute < 90; minute++) {
    const time = new Date(lastDay + minute * 60_000).toISOString();
    lines.push({ type: 'sample', signal: 'heart_rate', unit: '/min', time, value: 55 + (minute % 20), device: 'Watch' });
  }
  const path = join(home.home, name);
  writeFileSync(path, `${lines.map((line) => JSON.stringify(line)).join('\n')}\n`);
  return path;
}

const scoresBy = (study: string) =>
  home.store.db
    .selectFrom('score')
    .innerJoin('model', 'model.id', 'score.model')
    .select((eb) => ['model.name', 'score.head', 'score.grade', eb.fn.countAll<number>().as('n')])
    .where('score.study', '=', study)
    .groupBy(['model.name', 'score.head', 'score.grade'])
    .orderBy('score.head')
    .execute();

test('a study runs models of minutes and days once it has chosen them, to the bit, and they alarm nobody', async () => {
  const over = (head: string) => ({ head, key: head, atLeast: 0 });
  const rules = [over('lonely'), over('wake'), over('depressed')];
  const policy = Policy.parse({ rules, maxAge: '9d', people: [{ account: 'first', mail: 'first@example.org' }] });
  await createStudy(home.store, 'chosen', policy);
  const { id } = await addParticipant(home.store, 'chosen', 'P001', null);
  await addSource(home.store, 'chosen', id, 'records', settings(daysFile('chosen.jsonl', 20)), null);
  await ingestAll(home, 'chosen');
  expect(await scoresBy('chosen')).toEqual([]);
  expect(await listRuns(home.store, 'chosen')).toEqual([]);

  await changeStudyModels(home.store, 'chosen', { add: ['days', 'daily'], remove: [] });
  await ingestAll(home, 'chosen');
  const scores = await scoresBy('chosen');
  expect(scores).toMatchObject([
    { name: 'daily', head: 'depressed', grade: 'weak' },
    { name: 'days', head: 'lonely', grade: 'weak', n: 12 },
    { name: 'daily', head: 'wake', grade: 'exploratory', n: 7 },
  ]);
  expect(await alertQueue(home.store, 'chosen', '')).toEqual([]);
  const [run] = await listRuns(home.store, 'chosen');
  expect(run).toMatchObject({ state: 'done', inputs: 2 });
  expect(run?.decided_at).not.toBeNull();
  expect((JSON.parse(run?.models ?? '[]') as RunModel[]).map(({ name, input }) => [name, input]).slice(-2)).toEqual([
    ['daily', 'minutes'],
    ['days', 'days'],
  ]);
  const all = scores.reduce((sum, { n }) => sum + Number(n), 0);
  const verified = await runAgain(home.client, run as NonNullable<typeof run>, { verify: true, engine: 'native' });
  expect(verified).toMatchObject({ inputs: 2, scores: all, identical: all, drifted: 0, missing: 0, superseded: 0, erased: 0 });
  const again = await runAgain(home.client, run as NonNullable<typeof run>, { verify: false, engine: 'native' });
  expect(again.states).toEqual({ scored: 2 });
  expect(await scoresBy('chosen')).toEqual(scores);

  // Nothing is new, and then a model is left: what it has scored stays.
  const runs = (await listRuns(home.store, 'chosen')).length;
  await ingestAll(home, 'chosen');
  await changeStudyModels(home.store, 'chosen', { add: [], remove: ['days'] });
  daysFile('chosen.jsonl', 21);
  await ingestAll(home, 'chosen');
  expect(await listRuns(home.store, 'chosen')).toHaveLength(runs);
  expect(await scoresBy('chosen')).toEqual(scores);

  // Values of participants stand in clear in no history, log or database.
  const clear = readdirSync(home.home, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.jsonl'))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => contentOf(path).includes(String(steps / 100)));
  expect(clear).toEqual([]);
});

/** Nothing of a file that vanishes meanwhile: a database's journal. */
function contentOf(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch {
    return Buffer.alloc(0);
  }
}
