import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Event } from '../../schema/records.ts';
import type { HeadScores } from '../../schema/scores.ts';
import type { Judged, Parsed } from '../../schema/source.ts';
import { modelsFolder } from '../../src/config/project.ts';
import { openModel } from '../../src/encoder/model.ts';
import { readRecording } from '../../src/encoder/stream/readRecording.ts';
import { openStreamEncoder } from '../../src/encoder/stream/streamEncoder.ts';
import { tableSlices } from '../../src/score/signalTable.ts';
import { tableOf } from '../../src/score/signalTables.ts';
import { contentHash } from '../../src/store/content-hash.ts';
import { deleteRecord } from '../../src/store/deletions.ts';
import { eraseUncovered } from '../../src/store/erase-uncovered.ts';
import type { KeyStore } from '../../src/store/keys.ts';
import { checkLedger } from '../../src/store/ledger-check.ts';
import type { Store } from '../../src/store/open.ts';
import { type FrozenRun, finishRun, freezeRerun, freezeRun } from '../../src/store/runs.ts';
import { openScore } from '../../src/store/scores.ts';
import type { StepForm } from '../../src/store/signal-tables/forms.ts';
import { createStudy } from '../../src/store/studies.ts';
import { withdraw } from '../../src/store/withdraw.ts';
import { copyKeyFile, type DatabaseName, databaseNames, type StoreHome, storeHome } from '../../test/support/store-home.ts';
import { addPerson, ingest, openWriter, sample } from '../../test/support/study-data.ts';
import { keepShippedModels } from '../models.ts';
import type { JobContext } from './jobs.ts';
import { prepareTables } from './prepare-tables.ts';
import { scoreShard } from './score-shard.ts';
import { verifyShard } from './verify-shard.ts';

const minuteMs = 60_000;
const dayMs = 1440 * minuteMs;
const firstDay = Date.parse('2026-01-10T00:00:00Z');
const dayOf = (n: number) => new Date(firstDay + n * dayMs).toISOString().slice(0, 10);

/** Steps of a day, told at noon and in the evening. */
const steps = (day: number, value: number, device = 'Watch'): Parsed[] =>
  [12, 20].map((hour) => {
    const at = firstDay + day * dayMs + hour * 60 * minuteMs;
    return sample(at, value / 2, { signal: 'steps', unit: '1', device, endMs: at + 10 * minuteMs });
  });
const stepsOf = (day: number) => 4000 + 700 * (day % 7) + 40 * day;
const daysOfSteps = (from: number, to: number) => Array.from({ length: to - from }, (_, k) => steps(from + k, stepsOf(from + k))).flat();

/** A night that ends on the day. */
const night = (day: number, minutes: number, change: Partial<Event> = {}): Parsed => {
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
const hearts = (from: number, to: number, change = 0): Parsed[] =>
  Array.from({ length: to - from }, (_, k) =>
    sample(firstDay + (from + k) * minuteMs, 55 + ((from + k) % 30) + change, { device: 'Watch' }),
  );

interface Study {
  home: StoreHome;
  store: Store;
  participant: string;
  source: string;
  freeze(): Promise<FrozenRun | null>;
  /** Scores what is new; null where nothing is. */
  score(): Promise<FrozenRun | null>;
  scoreRun(run: FrozenRun, meanwhile?: () => Promise<unknown>): Promise<void>;
  verify(run: string): ReturnType<typeof verifyShard>;
}

async function study(database: DatabaseName, name: 'days' | 'daily', keys?: StoreHome): Promise<Study> {
  const home = await storeHome(database);
  if (keys) copyKeyFile(keys, home);
  cpSync(join(modelsFolder, name), join(home.folder, 'shipped', name), { recursive: true });
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
    async scoreRun(run: FrozenRun, meanwhile: () => Promise<unknown> = async () => {}) {
      // Between the scoring and its commit.
      let scored = false;
      let done: Promise<unknown> | null = null;
      const lateKeys = Object.create(store.keys) as KeyStore;
      lateKeys.key = async (participant) => {
        if (scored) {
          done ??= meanwhile();
          await done;
        }
        return store.keys.key(participant);
      };
      const checkCancelled = () => {
        scored = true;
      };
      await scoreShard({ ...context, store: { ...store, keys: lateKeys }, checkCancelled }, { run: run.id, from: 0, to: run.inputs });
      await finishRun(store, run.id, 'done', {}, {});
    },
    async score() {
      const run = await own.freeze();
      if (run) await own.scoreRun(run);
      return run;
    },
    async verify(of: string) {
      const run = await freezeRerun(store, { of, verify: true, engine: 'native', key: `verify ${of}`, models: null });
      const counts = await verifyShard(context, { run: run.id, from: 0, to: run.inputs });
      await finishRun(store, run.id, 'done', {}, {});
      return counts;
    },
  };
  return own;
}

interface Stored {
  id: string;
  day: string;
  end: number;
  grade: string;
  scores: HeadScores;
}

async function scoresOf(store: Store, head: string): Promise<Stored[]> {
  const rows = await store.db.selectFrom('score').selectAll().where('head', '=', head).orderBy('end_ms').execute();
  return Promise.all(
    rows.map(async (row) => {
      const { scores } = openScore(await store.keys.key(row.participant), row);
      return { id: row.id, day: row.day, end: row.end_ms, grade: row.grade, scores };
    }),
  );
}

/** What plain `score` says of a table. */
async function plain(name: 'days' | 'daily', csv: string) {
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

describe.each(databaseNames)('days of a participant on %s', (database) => {
  test('are scored with the bits of plain scoring, without the first and the last, which may not have been whole', async () => {
    const { store, source, participant, score, verify } = await study(database, 'days');
    await ingest(store, source, 'first', [...daysOfSteps(0, 40), ...[3, 4, 5, 20, 33].map((day) => night(day, 400 + day))]);
    const run = await score();
    const stored = await scoresOf(store, 'lonely');
    const nights = new Map([3, 4, 5, 20, 33].map((day) => [day, 400 + day]));
    const rows = Array.from({ length: 38 }, (_, k) => `${dayOf(k + 1)},${stepsOf(k + 1)},${nights.get(k + 1) ?? ''}`);
    const said = await plain('days', `date,steps,sleep\n${rows.join('\n')}\n`);
    expect(said).toHaveLength(32);
    expect(stored.map(({ end, scores }) => ({ head: 'lonely', end, scores }))).toEqual(said);
    expect([stored[0]?.day, stored.at(-1)?.day, stored[0]?.grade]).toEqual([dayOf(7), dayOf(38), 'weak']);
    expect(await store.db.selectFrom('score').select(['source', 'participant', 'record']).distinct().execute()).toEqual([
      { source, participant, record: null },
    ]);
    expect(await verify(run?.id ?? '')).toMatchObject({ inputs: 1, scores: 32, identical: 32, missing: 0, superseded: 0, erased: 0 });
    expect(await score()).toBeNull();
  });

  test('that come later add scores and change none', async () => {
    const { store, source, score, verify } = await study(database, 'days');
    await ingest(store, source, 'first', daysOfSteps(0, 12));
    const first = await score();
    const before = await scoresOf(store, 'lonely');
    expect(before).toHaveLength(4);
    await ingest(store, source, 'second', daysOfSteps(12, 15));
    const second = await score();
    const after = await scoresOf(store, 'lonely');
    expect(after).toHaveLength(7);
    expect(after.slice(0, 4)).toEqual(before);
    expect(
      await store.db
        .selectFrom('score')
        .select('id')
        .where('run', '=', second?.id ?? '')
        .execute(),
    ).toHaveLength(3);
    for (const run of [first, second]) expect(await verify(run?.id ?? '')).toMatchObject({ drifted: 0, missing: 0, superseded: 0 });
  });

  test('that are corrected or late take the scores behind them along, and the run that made those says so', async () => {
    const { home, store, source, score, verify } = await study(database, 'days');
    await ingest(store, source, 'first', daysOfSteps(0, 20));
    const first = await score();
    const before = await scoresOf(store, 'lonely');
    await ingest(store, source, 'second', [night(14, 300)]);
    const second = await score();
    const after = await scoresOf(store, 'lonely');
    expect(after.map(({ end }) => end)).toEqual(before.map(({ end }) => end));
    // Days 7 to 13 know nothing of the night.
    expect(after.slice(0, 7)).toEqual(before.slice(0, 7));
    expect(after.slice(7).filter(({ id }) => before.some((old) => old.id === id))).toEqual([]);
    expect(await store.db.selectFrom('decision').select('id').execute()).toHaveLength(after.length);
    expect(await verify(first?.id ?? '')).toMatchObject({ identical: 7, missing: 0, drifted: 0, superseded: 5 });
    expect(await verify(second?.id ?? '')).toMatchObject({ identical: 12, missing: 0, drifted: 0, superseded: 0 });
    // As if all had come at once.
    const other = await study(database, 'days', home);
    await ingest(other.store, other.source, 'all', [...daysOfSteps(0, 20), night(14, 300)]);
    await other.score();
    expect(await contentHash(other.store, 'sleep')).toBe(await contentHash(store, 'sleep'));
  });

  test('of a run that is repeated under a later one add nothing that was corrected since', async () => {
    const { store, source, score, scoreRun } = await study(database, 'days');
    await ingest(store, source, 'first', daysOfSteps(0, 20));
    const first = await score();
    await ingest(store, source, 'second', [night(14, 300)]);
    await score();
    const after = await scoresOf(store, 'lonely');
    await scoreRun(await freezeRerun(store, { of: first?.id ?? '', verify: false, engine: 'native', key: 'again', models: null }));
    expect(await scoresOf(store, 'lonely')).toEqual(after);
  });

  test('fewer than a model must have heard are no input', async () => {
    const { store, source, score } = await study(database, 'days');
    await ingest(store, source, 'first', daysOfSteps(0, 8));
    expect(await score()).toBeNull();
    await ingest(store, source, 'second', daysOfSteps(8, 9));
    expect((await score())?.inputs).toBe(1);
    expect(await scoresOf(store, 'lonely')).toHaveLength(1);
  });

  test('lose all scores with a sample that consent no longer covers; what is left is scored anew', async () => {
    const { home, store, source, participant, score, verify } = await study(database, 'days');
    await ingest(store, source, 'first', daysOfSteps(0, 20));
    const first = await score();
    expect(await scoresOf(store, 'lonely')).toHaveLength(12);
    const late = (item: Judged) => (item.is === 'sample' && item.sample.time.day >= dayOf(16) ? ('after-consent' as const) : null);
    expect(await eraseUncovered(store, participant, late)).toMatchObject({ scores: 12, alerts: [] });
    expect(await leftOf(store)).toEqual({ scores: 0, decisions: 0, tables: 0, states: ['erased'] });
    expect(await verify(first?.id ?? '')).toMatchObject({ scores: 0, erased: 1 });
    expect((await score())?.inputs).toBe(1);
    const other = await study(database, 'days', home);
    await ingest(other.store, other.source, 'all', daysOfSteps(0, 16));
    await other.score();
    expect(await scoresOf(store, 'lonely')).toEqual(await scoresOf(other.store, 'lonely'));
    expect((await checkLedger(store, 'sleep')).findings).toEqual([]);
  });

  test('lose them with a night that its source deletes, and with all the rest in a withdrawal', async () => {
    const { store, source, score } = await study(database, 'days');
    await ingest(store, source, 'first', [...daysOfSteps(0, 20), night(14, 300)]);
    await score();
    const { owner } = await openWriter(store, source, 'second');
    const at = '2026-12-01T00:00:00.000Z';
    await store.db.transaction().execute((tx) => deleteRecord(tx, owner, { type: 'event', recordId: 'sleep 14', at }));
    expect(await leftOf(store)).toEqual({ scores: 0, decisions: 0, tables: 0, states: ['erased'] });
    await score();
    expect(await scoresOf(store, 'lonely')).toHaveLength(12);
    await withdraw(store, 'sleep', 'anna');
    expect(await leftOf(store)).toEqual({ scores: 0, decisions: 0, tables: 0, states: ['erased', 'erased'] });
    expect(await score()).toBeNull();
  });

  test('that are erased while they are scored get none', async () => {
    const { store, source, participant, freeze, scoreRun } = await study(database, 'days');
    await ingest(store, source, 'first', daysOfSteps(0, 20));
    const run = (await freeze()) as FrozenRun;
    await scoreRun(run, () => eraseUncovered(store, participant, (item) => (item.is === 'sample' ? 'no-consent-kind' : null)));
    expect(await leftOf(store)).toEqual({ scores: 0, decisions: 0, tables: 0, states: ['erased'] });
  });
});

describe.each(databaseNames)('minutes of a participant on %s', (database) => {
  test('are scored with the bits of plain scoring, and go on from there', async () => {
    const { store, source, score, verify } = await study(database, 'daily');
    await ingest(store, source, 'first', hearts(0, 173));
    const first = await score();
    const table = (to: number) =>
      `time,heart_rate\n${Array.from({ length: to }, (_, k) => `${new Date(firstDay + k * minuteMs).toISOString()},${55 + (k % 30)}`).join('\n')}\n`;
    const said = async (to: number) => (await plain('daily', table(to))).filter(({ head }) => head === 'wake');
    const stored = async () => (await scoresOf(store, 'wake')).map(({ end, scores }) => ({ head: 'wake', end, scores }));
    expect(await stored()).toEqual(await said(173));
    expect(await stored()).toHaveLength(23);
    await ingest(store, source, 'second', hearts(173, 240));
    const second = await score();
    expect(await stored()).toEqual(await said(240));
    for (const run of [first, second]) expect(await verify(run?.id ?? '')).toMatchObject({ drifted: 0, missing: 0, superseded: 0 });
  });

  test('have the grades of their heads, and an hour of them is the least', async () => {
    const { store, source, score } = await study(database, 'daily');
    await ingest(store, source, 'first', hearts(0, 58));
    expect(await score()).toBeNull();
    await ingest(store, source, 'second', hearts(58, 65));
    await score();
    const grades = await store.db.selectFrom('score').select(['head', 'grade']).orderBy('head').distinct().execute();
    const { manifest } = await openModel(join(modelsFolder, 'daily'));
    expect(grades).toEqual(manifest.heads.map(({ name, grade }) => ({ head: name, grade })).sort((a, b) => (a.head < b.head ? -1 : 1)));
  });
});

test('a model of minutes or days is kept and run only where it was chosen', async () => {
  const home = await storeHome('sqlite');
  const shipped = join(home.folder, 'shipped');
  mkdirSync(shipped);
  for (const name of ['days', 'daily']) cpSync(join(modelsFolder, name), join(shipped, name), { recursive: true });
  writeFileSync(join(shipped, 'notes.txt'), 'no model');
  const store = await home.open();
  const chosen = async (names: string[]) =>
    (await keepShippedModels(store, shipped, join(home.folder, 'models'), { chosen: names })).map(({ name, input }) => [name, input]);
  expect(await chosen([])).toEqual([]);
  expect(await chosen(['days'])).toEqual([['days', 'days']]);
  expect(await chosen(['days', 'daily'])).toEqual([
    ['daily', 'minutes'],
    ['days', 'days'],
  ]);
});

async function leftOf(store: Store) {
  const count = async (table: 'score' | 'decision' | 'signal_table') => (await store.db.selectFrom(table).select('id').execute()).length;
  const inputs = await store.db.selectFrom('run_input').select('state').where('state', '<>', 'identical').orderBy('state').execute();
  const states = inputs.map(({ state }) => state);
  return { scores: await count('score'), decisions: await count('decision'), tables: await count('signal_table'), states };
}
