import { appendFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { generateExport } from '../../src/sources/apple-health/generate.ts';
import { canonicalJson } from '../../src/store/canonical.ts';
import { checkLedger } from '../../src/store/ledger-check.ts';
import { addParticipant } from '../../src/store/participants.ts';
import { listRuns } from '../../src/store/runs.ts';
import { openScore } from '../../src/store/scores.ts';
import { seal } from '../../src/store/seal.ts';
import { addSource, listSources } from '../../src/store/sources.ts';
import { createStudy } from '../../src/store/studies.ts';
import { startIngestion } from '../../src/temporal/ingestion.ts';
import { runAgain } from '../../src/temporal/reruns.ts';
import { ensureSchedules, scheduleInfo } from '../../src/temporal/schedules.ts';
import { alarming, calm, ingestAll, policy, postStudy, postsFile, settings } from '../support/study.ts';
import { type StudyHome, studyHome } from '../support/study-home.ts';
import { until } from '../support/until.ts';

const canary = 'quokka-lantern-7319';
const outsideId = 'Wilhelmina-Canary';

let home: StudyHome;

beforeAll(async () => {
  home = await studyHome();
  await home.startWorker();
});

afterAll(() => home.close());

describe('a study', () => {
  test('is read, accounted for and scored; bad units are quarantined and the rest goes on', async () => {
    const path = postsFile(home, 'mixed.jsonl', [calm, alarming, 'An ordinary note.']);
    appendFileSync(
      path,
      'not json\n{"id":"late","time":"2999-01-01T00:00:00Z","text":"from the future"}\n{"id":"no-time","text":"when?"}\n',
    );
    await postStudy(home, 'mixed', path);
    await ingestAll(home, 'mixed');
    const [batch] = await home.store.db.selectFrom('batch').selectAll().where('study', '=', 'mixed').execute();
    expect(batch).toMatchObject({ state: 'done', received: 6, stored: 3, quarantined: 3, duplicate: 0, excluded: 0 });
    const reasons = await home.store.db.selectFrom('quarantine').select('reason').where('study', '=', 'mixed').orderBy('unit').execute();
    expect(reasons.map((row) => row.reason)).toEqual(['not-json', 'future-time', 'no-time']);
    const heads = await home.store.db.selectFrom('score').select('head').where('study', '=', 'mixed').execute();
    expect(heads.filter((row) => row.head === 'emotion')).toHaveLength(3);
  });

  test('stores nothing twice when it is read again, and adds what was appended', async () => {
    const path = join(home.home, 'mixed.jsonl');
    await ingestAll(home, 'mixed');
    expect(await home.store.db.selectFrom('batch').select('id').where('study', '=', 'mixed').execute()).toHaveLength(1);
    appendFileSync(path, `${JSON.stringify({ id: 'new', time: '2026-01-02T03:04:05Z', text: 'Something new.' })}\n`);
    await ingestAll(home, 'mixed');
    const batches = await home.store.db.selectFrom('batch').selectAll().where('study', '=', 'mixed').orderBy('received').execute();
    // What was stored or quarantined before is a duplicate now.
    expect(batches[1]).toMatchObject({ received: 7, stored: 1, duplicate: 6, quarantined: 0 });
    expect((await checkLedger(home.store, 'mixed')).balanced).toBe(true);
  });

  test('is verified bit for bit; a stored score that was altered is found', async () => {
    const [run] = await listRuns(home.store, 'mixed');
    if (!run) throw new Error('no run');
    const clean = await runAgain(home.client, run, { verify: true, engine: 'native' });
    expect(clean).toMatchObject({ drifted: 0, missing: 0, flipped: 0 });
    expect(clean.identical).toBe(clean.scores);
    const score = await home.store.db
      .selectFrom('score')
      .selectAll()
      .where('run', '=', run.id)
      .where('head', '=', 'emotion')
      .executeTakeFirstOrThrow();
    const key = await home.store.keys.key(score.participant);
    const value = openScore(key, score);
    const altered = { ...value, scores: { ...value.scores, joy: (value.scores.joy as number) + 1e-9 } };
    await home.store.db
      .updateTable('score')
      .set({ value: seal(key, `score|${score.id}`, canonicalJson(altered)) })
      .where('id', '=', score.id)
      .execute();
    const drifted = await runAgain(home.client, run, { verify: true, engine: 'native' });
    expect(drifted).toMatchObject({ drifted: 1, missing: 0, flipped: 0 });
    expect(drifted.maxDrift).toBeCloseTo(1e-9, 12);
  });

  test('is recomputed by the WebAssembly engine within a thousandth', async () => {
    const [run] = await listRuns(home.store, 'mixed');
    if (!run) throw new Error('no run');
    const wasm = await runAgain(home.client, run, { verify: true, engine: 'wasm' });
    expect(wasm.engine).toBe('wasm');
    expect(wasm.missing).toBe(0);
    expect(wasm.maxDrift).toBeLessThan(1e-3);
    expect(wasm.flipped).toBe(0);
  });
});

describe('a source', () => {
  test('runs by its schedule, and runs left out because one still reads are counted', async () => {
    await createStudy(home.store, 'scheduled', null);
    const { id } = await addParticipant(home.store, 'scheduled', 'P001', null);
    const path = join(home.home, 'scheduled.xml');
    writeFileSync(path, [...generateExport(60_000)].join(''));
    await addSource(home.store, 'scheduled', id, 'apple-health', settings(path), 1);
    const sources = await listSources(home.store, 'scheduled');
    await ensureSchedules(home.client, sources);
    const info = async () => [...(await scheduleInfo(home.client, sources)).values()][0];
    await until(async () => ((await info())?.skipped ?? 0) > 0);
    expect((await info())?.last).toMatch(/^\d{4}-/);
    expect((await info())?.next).toMatch(/^\d{4}-/);
    await ensureSchedules(
      home.client,
      sources.map((one) => ({ ...one, every_seconds: null })),
    );
    expect((await scheduleInfo(home.client, sources)).size).toBe(0);
  });

  test('that is cancelled midway leaves a balanced ledger, and goes on from there', async () => {
    await createStudy(home.store, 'cancelled', null);
    const { id } = await addParticipant(home.store, 'cancelled', 'P001', null);
    const path = join(home.home, 'export.xml');
    writeFileSync(path, [...generateExport(120_000)].join(''));
    await addSource(home.store, 'cancelled', id, 'apple-health', settings(path), null);
    const sources = await listSources(home.store, 'cancelled');
    const [handle] = await startIngestion(home.client, home.store, 'cancelled', sources);
    const batch = () => home.store.db.selectFrom('batch').selectAll().where('study', '=', 'cancelled').executeTakeFirst();
    await until(async () => ((await batch())?.received ?? 0) > 0);
    await handle?.cancel();
    await expect(handle?.result()).rejects.toThrow();
    await until(async () => (await batch())?.state === 'cancelled');
    const midway = await batch();
    expect(midway?.received).toBeLessThan(120_000);
    expect((await checkLedger(home.store, 'cancelled')).balanced).toBe(true);
    await ingestAll(home, 'cancelled');
    const whole = await batch();
    expect(whole?.state).toBe('done');
    expect(whole?.received).toBeGreaterThan(120_000);
    expect((await checkLedger(home.store, 'cancelled')).balanced).toBe(true);
  });
});

describe('what a participant wrote, their name and their path', () => {
  test('stand in no history, log or database file in clear', async () => {
    const path = postsFile(home, `${outsideId}.jsonl`, [`${canary} ${alarming}`, `${canary} ${calm}`]);
    appendFileSync(path, `${canary} is not json\n`);
    await createStudy(home.store, 'canary', policy());
    const { id } = await addParticipant(home.store, 'canary', outsideId, null);
    await addSource(home.store, 'canary', id, 'posts', settings(path), null);
    await ingestAll(home, 'canary');
    expect(await home.store.db.selectFrom('quarantine').select('id').where('study', '=', 'canary').execute()).toHaveLength(1);
    const found: string[] = [];
    for (const { file, bytes } of filesUnder(home.home)) {
      if (file === path) continue;
      for (const secret of [canary, outsideId, path]) {
        const forms = [secret, Buffer.from(secret).toString('base64').slice(0, 12), Buffer.from(secret, 'utf16le').toString('latin1')];
        if (forms.some((form) => bytes.includes(Buffer.from(form, 'latin1')))) found.push(`${file}: ${secret}`);
      }
    }
    expect(found).toEqual([]);
  });
});

/** Files of a folder with their content; one that vanishes meanwhile (a database's journal) held nothing that stays. */
function filesUnder(folder: string): { file: string; bytes: Buffer }[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .flatMap((entry) => {
      const file = join(entry.parentPath, entry.name);
      try {
        return [{ file, bytes: readFileSync(file) }];
      } catch {
        return [];
      }
    });
}
