import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { generateExport } from '../../src/sources/apple-health/generate.ts';
import { contentHash } from '../../src/store/content-hash.ts';
import { checkLedger } from '../../src/store/ledger-check.ts';
import { addParticipant } from '../../src/store/participants.ts';
import { addSource, listSources } from '../../src/store/sources.ts';
import { createStudy } from '../../src/store/studies.ts';
import { scoringDone, startIngestion } from '../../src/temporal/ingestion.ts';
import { workflowIds } from '../../src/temporal/names.ts';
import { requestScoring } from '../../src/temporal/requests.ts';
import { postsFile, settings } from '../support/study.ts';
import { type StudyHome, studyHome, type WorkerProcess } from '../support/study-home.ts';
import { until } from '../support/until.ts';

/** Enough elements for many commits, and enough posts for several slices of a scoring run. */
const elements = 40_000;
const posts = 700;
const study = 'same';

let calm: StudyHome;
let stormy: StudyHome;
let expected: string;
/** The only one that serves the stormy home. */
let worker: WorkerProcess;

beforeAll(async () => {
  calm = await studyHome();
  const health = join(calm.home, 'export.xml');
  writeFileSync(health, [...generateExport(elements)].join(''));
  const texts = Array.from({ length: posts }, (_, i) => `Note ${i}: a ${['short', 'quiet', 'loud', 'long'][i % 4]} day.`);
  const written = postsFile(calm, 'posts.jsonl', texts, Date.parse('2026-03-01T12:00:00Z'));
  await setUp(calm, health, written);
  await calm.startWorker();
  const handles = await startIngestion(calm.client, calm.store, study, await listSources(calm.store, study));
  for (const handle of handles) await handle.result();
  await scoringDone(calm.client, study);
  expected = await contentHash(calm.store, study);
  const { keyFile } = calm.config;
  stormy = await studyHome({ prepare: (config) => copyFileSync(keyFile, config.keyFile) });
  await setUp(stormy, health, written);
});

afterAll(async () => {
  await calm.close();
  await stormy.close();
});

async function setUp(home: StudyHome, health: string, written: string): Promise<void> {
  await createStudy(home.store, study, null);
  const { id } = await addParticipant(home.store, study, 'P001', null);
  await addSource(home.store, study, id, 'apple-health', settings(health), null);
  await addSource(home.store, study, id, 'posts', settings(written), null);
}

/** Units and scores that are in the store. */
async function progress(): Promise<number> {
  const { db } = stormy.store;
  const units = await db
    .selectFrom('batch')
    .select((eb) => eb.fn.sum<number>('received').as('n'))
    .executeTakeFirst();
  const scores = await db
    .selectFrom('score')
    .select((eb) => eb.fn.countAll<number>().as('n'))
    .executeTakeFirst();
  return Number(units?.n ?? 0) + Number(scores?.n ?? 0);
}

async function isDone(): Promise<boolean> {
  const runs = await stormy.store.db.selectFrom('run').select('state').execute();
  return runs.length > 0 && runs.every((run) => run.state === 'done');
}

describe('SIGKILL of the worker, the server, or both, at many points', () => {
  test('leaves the content of an undisturbed run', async () => {
    worker = await stormy.startWorker();
    const sources = await listSources(stormy.store, study);
    await startIngestion(stormy.client, stormy.store, study, sources);
    for (let point = 0; point < 7 && !(await isDone()); point++) {
      const before = await progress();
      // Each blow falls after another commit, and the next one in the middle of something else.
      await until(async () => (await progress()) > before || (await isDone()));
      if (point % 3 !== 1) await worker.kill();
      if (point % 3 !== 0) {
        await until(async () => stormy.temporal.pid() !== null);
        process.kill(stormy.temporal.pid() as number, 'SIGKILL');
      }
      expect((await checkLedger(stormy.store, study)).balanced).toBe(true);
      if (point % 3 !== 1) worker = await stormy.startWorker();
    }
    await until(isDone, 240_000);
    expect(await contentHash(stormy.store, study)).toBe(expected);
  }, 480_000);

  test('in the middle of freezing a run, too, costs seconds and not the time allowed', async () => {
    await scoringDone(stormy.client, study);
    const [source] = await listSources(stormy.store, study);
    const lock = new Database(stormy.config.store.replace('sqlite:', ''));
    lock.exec('begin immediate');
    await requestScoring(stormy.client, study, source?.id ?? '');
    const scoring = stormy.client.workflow.getHandle(workflowIds.scoring(study));
    await until(async () => {
      const { pendingActivities } = (await scoring.describe()).raw;
      return pendingActivities?.some((one) => one.activityType?.name === 'freezeRun' && one.lastStartedTime) ?? false;
    });
    await worker.kill();
    lock.close();
    worker = await stormy.startWorker();
    await scoringDone(stormy.client, study);
    expect(await contentHash(stormy.store, study)).toBe(expected);
  }, 60_000);

  test('and reading again stores nothing twice', async () => {
    const before = await progress();
    const handles = await startIngestion(stormy.client, stormy.store, study, await listSources(stormy.store, study));
    for (const handle of handles) await handle.result();
    await scoringDone(stormy.client, study);
    expect(await progress()).toBe(before);
    expect(await contentHash(stormy.store, study)).toBe(expected);
  });
});
