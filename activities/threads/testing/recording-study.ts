import { cpSync } from 'node:fs';
import { join } from 'node:path';
import type { ModelManifest } from '../../../schema/model.ts';
import type { Parsed } from '../../../schema/source.ts';
import { recordingStart, stretch } from '../../../src/encoder/testing/recording.ts';
import { tinyStreamInput, tinyStreamModel } from '../../../src/encoder/testing/tinyStreamModel.ts';
import type { Store } from '../../../src/store/open.ts';
import { type FrozenRun, finishRun, freezeRerun, freezeRun, type RunModel } from '../../../src/store/runs.ts';
import { createStudy } from '../../../src/store/studies.ts';
import { copyKeyFile, type DatabaseName, type StoreHome, storeHome } from '../../../test/support/store-home.ts';
import { addPerson, moment } from '../../../test/support/study-data.ts';
import { keepShippedModels } from '../../models.ts';
import type { JobContext } from '../jobs.ts';
import { scoreShard } from '../score-shard.ts';
import type { verifyShard } from '../verify-shard.ts';
import { verifyIn } from './step-study.ts';

/** Seconds [from, to) of a recording as its source gives them, of all signals or of those named. */
export function seconds(from: number, to: number, names = Object.keys(tinyStreamInput.signals)): Parsed[] {
  const pieces = stretch(tinyStreamInput, from, to).filter(({ signal }) => names.includes(signal));
  return pieces.map(({ signal, rate, channels, values }) => {
    const place = { signal: signal.toLowerCase(), unit: '1', device: 'E4', sessionMs: recordingStart, offset: from * rate };
    const { day } = moment(recordingStart);
    return { is: 'block', units: values.length / channels, end: 0, day, block: { ...place, rate, channels, values } };
  });
}

export interface RecordingStudy {
  home: StoreHome;
  store: Store;
  participant: string;
  source: string;
  models: RunModel[];
  /** Keeps another model of recordings in the home, as an upgrade would. */
  upgrade(change: (manifest: ModelManifest) => void): Promise<RunModel[]>;
  freeze(models?: RunModel[]): Promise<FrozenRun>;
  /** @param through the store as this run sees it */
  scoreRun(run: FrozenRun, through?: Store): Promise<void>;
  /** Scores what is not scored yet. */
  score(models?: RunModel[]): Promise<FrozenRun>;
  verify(run: string): ReturnType<typeof verifyShard>;
}

/** A study of one person who wears an E4, and the tiny model of recordings. */
export async function recordingStudy(database: DatabaseName, keys?: StoreHome): Promise<RecordingStudy> {
  const home = await storeHome(database);
  if (keys) copyKeyFile(keys, home);
  const store = await home.open();
  await createStudy(store, 'sleep', null);
  const person = await addPerson(store, 'sleep', 'anna', 'empatica-e4');
  const kept = join(home.folder, 'models');
  let shipped = 0;
  const upgrade = async (change?: (manifest: ModelManifest) => void): Promise<RunModel[]> => {
    const folder = join(home.folder, `shipped ${shipped++}`);
    cpSync(await tinyStreamModel(change), join(folder, 'tiny'), { recursive: true });
    return keepShippedModels(store, folder, kept);
  };
  const models = await upgrade();
  const own: RecordingStudy = {
    ...{ home, store, ...person, models, upgrade },
    freeze: async (these = models) => (await freezeRun(store, 'sleep', these, 'native')) as FrozenRun,
    async scoreRun(run, through = store) {
      const context: JobContext = { store: through, models: kept, progress: () => {}, checkCancelled: () => {} };
      await scoreShard(context, { run: run.id, from: 0, to: run.inputs });
      await finishRun(store, run.id, 'done', {}, {});
    },
    async score(these) {
      const run = await own.freeze(these);
      await own.scoreRun(run);
      return run;
    },
    verify: (of) => verifyIn(store, kept, of),
  };
  return own;
}

/** Freezes a run once more, under other models. */
export function freezeAgain(store: Store, of: FrozenRun, models: RunModel[]): Promise<FrozenRun> {
  return freezeRerun(store, { of: of.id, verify: false, engine: 'native', key: 'again', models });
}

/** When the windows end that have scores of a model, seconds into the recording. */
export async function windowEnds(store: Store, [model]: RunModel[]): Promise<number[]> {
  const rows = await store.db
    .selectFrom('score')
    .select('end_ms')
    .where('head', '=', 'stress')
    .where('model', '=', model?.id ?? '')
    .orderBy('end_ms')
    .execute();
  return rows.map((row) => (row.end_ms - recordingStart) / 1000);
}
