import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Parsed } from '../../schema/source.ts';
import { recordingStart, stretch } from '../../src/encoder/testing/recording.ts';
import { tinyStreamInput, tinyStreamModel } from '../../src/encoder/testing/tinyStreamModel.ts';
import { contentHash } from '../../src/store/content-hash.ts';
import type { Store } from '../../src/store/open.ts';
import { type FrozenRun, finishRun, freezeRerun, freezeRun } from '../../src/store/runs.ts';
import { createStudy } from '../../src/store/studies.ts';
import { copyKeyFile, type StoreHome, storeHome } from '../../test/support/store-home.ts';
import { addPerson, ingest, moment } from '../../test/support/study-data.ts';
import { keepShippedModels } from '../models.ts';
import type { JobContext } from './jobs.ts';
import { scoreShard } from './score-shard.ts';
import { verifyShard } from './verify-shard.ts';

/** Seconds [from, to) of a recording as its source gives them, of all signals or of those named. */
function seconds(from: number, to: number, names = Object.keys(tinyStreamInput.signals)): Parsed[] {
  const pieces = stretch(tinyStreamInput, from, to).filter(({ signal }) => names.includes(signal));
  return pieces.map(({ signal, rate, channels, values }) => {
    const place = { signal: signal.toLowerCase(), unit: '1', device: 'E4', sessionMs: recordingStart, offset: from * rate };
    const { day } = moment(recordingStart);
    return { is: 'block', units: values.length / channels, end: 0, day, block: { ...place, rate, channels, values } };
  });
}

interface Study {
  store: Store;
  source: string;
  context: JobContext;
  /** Scores what is not scored yet. */
  score(): Promise<FrozenRun>;
  verify(run: string): ReturnType<typeof verifyShard>;
}

async function study(keys?: StoreHome): Promise<Study & { home: StoreHome }> {
  const home = await storeHome('sqlite');
  if (keys) copyKeyFile(keys, home);
  cpSync(await tinyStreamModel(), join(home.folder, 'shipped/tiny'), { recursive: true });
  const store = await home.open();
  await createStudy(store, 'sleep', null);
  const { source } = await addPerson(store, 'sleep', 'anna', 'empatica-e4');
  const kept = join(home.folder, 'models');
  const models = await keepShippedModels(store, join(home.folder, 'shipped'), kept);
  const context: JobContext = { store, models: kept, progress: () => {}, checkCancelled: () => {} };
  const finished = async (run: FrozenRun): Promise<FrozenRun> => {
    await finishRun(store, run.id, 'done', {}, {});
    return run;
  };
  return {
    ...{ home, store, source, context },
    async score() {
      const run = (await freezeRun(store, 'sleep', models, 'native')) as FrozenRun;
      await scoreShard(context, { run: run.id, from: 0, to: run.inputs });
      return finished(run);
    },
    async verify(of) {
      const run = await freezeRerun(store, { of, verify: true, engine: 'native', key: `verify ${of}`, models: null });
      const counts = await verifyShard(context, { run: run.id, from: 0, to: run.inputs });
      await finished(run);
      return counts;
    },
  };
}

async function ends(store: Store): Promise<number[]> {
  const rows = await store.db.selectFrom('score').select('end_ms').where('head', '=', 'stress').orderBy('end_ms').execute();
  return rows.map((row) => (row.end_ms - recordingStart) / 1000);
}

describe('a recording that grows', () => {
  test('keeps its windows, gets those that came, and verifies to the bit, before and after', async () => {
    const { store, source, score, verify } = await study();
    await ingest(store, source, 'first', seconds(0, 95));
    const first = await score();
    expect(await ends(store)).toEqual([60, 70, 80, 90]);
    const before = await store.db.selectFrom('score').select(['id', 'value']).orderBy('id').execute();
    await ingest(store, source, 'second', seconds(95, 130));
    const second = await score();
    expect(await ends(store)).toEqual([60, 70, 80, 90, 100, 110, 120, 130]);
    const ids = before.map((row) => row.id);
    expect(await store.db.selectFrom('score').select(['id', 'value']).where('id', 'in', ids).orderBy('id').execute()).toEqual(before);
    for (const run of [first, second]) expect(await verify(run.id)).toMatchObject({ inputs: 1, drifted: 0, missing: 0, superseded: 0 });
    expect((await verify(second.id)).identical).toBe(16);
  });

  test('loses the windows that later samples changed, and says so of the run that made them', async () => {
    const { store, source, score, verify, home } = await study();
    await ingest(store, source, 'first', seconds(0, 95, ['BVP', 'ACC', 'EDA']));
    const first = await score();
    const stale = await store.db.selectFrom('score').select('id').execute();
    await ingest(store, source, 'second', seconds(0, 95, ['TEMP']));
    const second = await score();
    const now = await store.db.selectFrom('score').select('id').execute();
    expect(now).toHaveLength(stale.length);
    expect(now.filter(({ id }) => stale.some((old) => old.id === id))).toEqual([]);
    expect(await store.db.selectFrom('decision').select('score').execute()).toHaveLength(now.length);
    expect(await verify(first.id)).toMatchObject({ scores: 0, drifted: 0, missing: 0, superseded: stale.length });
    expect(await verify(second.id)).toMatchObject({ identical: now.length, missing: 0, superseded: 0 });
    // As if all had come at once.
    const other = await study(home);
    await ingest(other.store, other.source, 'all', seconds(0, 95));
    await other.score();
    expect(await contentHash(other.store, 'sleep')).toBe(await contentHash(store, 'sleep'));
  });
});
