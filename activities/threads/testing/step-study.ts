import { cpSync } from 'node:fs';
import { join } from 'node:path';
import type { Event } from '../../../schema/records.ts';
import type { HeadScores } from '../../../schema/scores.ts';
import type { Parsed } from '../../../schema/source.ts';
import { modelsFolder } from '../../../src/config/project.ts';
import { openModel } from '../../../src/encoder/model.ts';
import { readRecording } from '../../../src/encoder/stream/readRecording.ts';
import { openStreamEncoder } from '../../../src/encoder/stream/streamEncoder.ts';
import { tableSlices } from '../../../src/score/signalTable.ts';
import { tableOf } from '../../../src/score/signalTables.ts';
import type { KeyStore } from '../../../src/store/keys.ts';
import type { Store } from '../../../src/store/open.ts';
import { type FrozenRun, finishRun, freezeRerun, freezeRun } from '../../../src/store/runs.ts';
import { openScore } from '../../../src/store/scores.ts';
import type { StepForm } from '../../../src/store/signal-tables/forms.ts';
import { createStudy } from '../../../src/store/studies.ts';
import { copyKeyFile, type DatabaseName, type StoreHome, storeHome } from '../../../test/support/store-home.ts';
import { addPerson, sample } from '../../../test/support/study-data.ts';
import { keepShippedModels } from '../../models.ts';
import type { JobContext } from '../jobs.ts';
import { prepareTables } from '../prepare-tables.ts';
import { scoreShard } from '../score-shard.ts';
import { verifyShard } from '../verify-shard.ts';

export const minuteMs = 60_000;
export const dayMs = 1440 * minuteMs;
export const firstDay = Date.parse('2026-01-10T00:00:00Z');
export const dayOf = (n: number) => new Date(firstDay + n * dayMs).toISOString().slice(0, 10);

/** Steps of a day, told at noon and in the evening. */
export const steps = (day: number, value: number, device = 'Watch'): Parsed[] =>
  [12, 20].map((hour) => {
    const at = firstDay + day * dayMs + hour * 60 * minuteMs;
    return sample(at, value / 2, { signal: 'steps', unit: '1', device, endMs: at + 10 * minuteMs });
  });
export const stepsOf = (day: number) => 4000 + 700 * (day % 7) + 40 * day;
export const daysOfSteps = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, k) => steps(from + k, stepsOf(from + k))).flat();

/** A night that ends on the day. */
export const night = (day: number, minutes: number, change: Partial<Event> = {}): Parsed => {
  const end = firstDay + day * dayMs + 7 * 60 * minuteMs;
  const at = (ms: number) => ({
    utc: new Date(ms).toISOString(),
    offset: 0,
    zone: 'stated' as const,
    day: new Date(ms).toISOString().slice(0, 10),
  });
  const time = at(end - 8 * 60 * minuteMs);
  const values = { minutes_asleep: { value: minutes, unit: 'min' } };
  const record: Event = {
    type: 'event',
    id: `sleep ${day}`,
    event: 'sleep',
    time,
    end: at(end),
    values,
    device: 'Watch',
    version: null,
    ...change,
  };
  return { is: 'record', units: 1, end: 0, day: time.day, record };
};

/** Heart rates of minutes [from, to) of the first day. */
export const hearts = (from: number, to: number, change = 0): Parsed[] =>
  Array.from({ length: to - from }, (_, k) =>
    sample(firstDay + (from + k) * minuteMs, 55 + ((from + k) % 30) + change, { device: 'Watch' }),
  );

export interface StepStudy {
  home: StoreHome;
  store: Store;
  participant: string;
  source: string;
  freeze(): Promise<FrozenRun | null>;
  /** Scores what is new; null where nothing is. */
  score(): Promise<FrozenRun | null>;
  scoreRun(run: FrozenRun, meanwhile?: () => Promise<unknown>, part?: number): Promise<void>;
  verify(run: string): ReturnType<typeof verifyShard>;
}

/** @param model folder of another model of that name */
export async function stepStudy(
  database: DatabaseName,
  name: 'days' | 'daily',
  keys?: StoreHome,
  model = join(modelsFolder, name),
): Promise<StepStudy> {
  const home = await storeHome(database);
  if (keys) copyKeyFile(keys, home);
  cpSync(model, join(home.folder, 'shipped', name), { recursive: true });
  const store = await home.open();
  await createStudy(store, 'sleep', null, [name]);
  const person = await addPerson(store, 'sleep', 'anna', 'fitbit');
  const kept = join(home.folder, 'models');
  const models = await keepShippedModels(store, join(home.folder, 'shipped'), kept, { chosen: [name] });
  const context: JobContext = { store, models: kept, progress: () => {}, checkCancelled: () => {} };
  const own = {
    ...{ home, store, ...person },
    async freeze() {
      const forms = models.map(({ input, windowS = 0 }) => ({ form: input as StepForm, windowMs: windowS * 1000 }));
      return freezeRun(store, 'sleep', models, 'native', await prepareTables(context, { study: 'sleep', forms }));
    },
    async scoreRun(run: FrozenRun, meanwhile: () => Promise<unknown> = async () => {}, part = 1) {
      // Between the scoring of a part and its commit.
      let scored = 0;
      let done: Promise<unknown> | null = null;
      const lateKeys = Object.create(store.keys) as KeyStore;
      lateKeys.key = async (participant) => {
        if (scored >= part) {
          done ??= meanwhile();
          await done;
        }
        return store.keys.key(participant);
      };
      const checkCancelled = () => {
        scored += 1;
      };
      await scoreShard({ ...context, store: { ...store, keys: lateKeys }, checkCancelled }, { run: run.id, from: 0, to: run.inputs });
      await finishRun(store, run.id, 'done', {}, {});
    },
    async score() {
      const run = await own.freeze();
      if (run) await own.scoreRun(run);
      return run;
    },
    verify: (of: string) => verifyIn(store, kept, of),
  };
  return own;
}

/** A run computed again and compared. @param kept folder of the models that the home keeps */
export async function verifyIn(store: Store, kept: string, of: string, key = `verify ${of}`): ReturnType<typeof verifyShard> {
  const context: JobContext = { store, models: kept, progress: () => {}, checkCancelled: () => {} };
  const run = await freezeRerun(store, { of, verify: true, engine: 'native', key, models: null });
  const counts = await verifyShard(context, { run: run.id, from: 0, to: run.inputs });
  await finishRun(store, run.id, 'done', {}, {});
  return counts;
}

interface Stored {
  id: string;
  day: string;
  end: number;
  grade: string;
  scores: HeadScores;
}

export async function scoresOf(store: Store, head: string): Promise<Stored[]> {
  const rows = await store.db.selectFrom('score').selectAll().where('head', '=', head).orderBy('end_ms').execute();
  return Promise.all(
    rows.map(async (row) => {
      const { scores } = openScore(await store.keys.key(row.participant), row);
      return { id: row.id, day: row.day, end: row.end_ms, grade: row.grade, scores };
    }),
  );
}

/** What plain `score` says of a table. */
export async function plain(name: 'days' | 'daily', csv: string) {
  const model = await openModel(join(modelsFolder, name));
  const { input } = model.manifest;
  const form = input.kind === 'e4-stream' ? tableOf(input) : null;
  if (input.kind !== 'e4-stream' || form === null) throw new Error('No model of tables.');
  const encoder = await openStreamEncoder(model, input, 'native');
  const bytes = (async function* () {
    yield Buffer.from(csv);
  })();
  const said = [];
  for await (const { endMs, result } of readRecording(tableSlices(bytes, form, input), input, encoder.advance))
    for (const { head, scores } of result.heads) said.push({ head, end: endMs, scores });
  await encoder.release();
  return said;
}

/** What is left of all that scoring makes. */
export async function leftOf(store: Store) {
  const count = async (table: 'score' | 'decision' | 'signal_table') => (await store.db.selectFrom(table).select('id').execute()).length;
  const inputs = await store.db.selectFrom('run_input').select('state').where('state', '<>', 'identical').orderBy('state').execute();
  const states = inputs.map(({ state }) => state);
  const carried = await store.db.selectFrom('stream_state').select('place').execute();
  const tables = (await count('signal_table')) + carried.length;
  return { scores: await count('score'), decisions: await count('decision'), tables, states };
}
