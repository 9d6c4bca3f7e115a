import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { modelsFolder } from '../../src/config/project.ts';
import { openModel } from '../../src/encoder/model.ts';
import { tinyDayModel } from '../../src/encoder/testing/tinyDayModel.ts';
import { contentHash } from '../../src/store/content-hash.ts';
import type { Store } from '../../src/store/open.ts';
import { type FrozenRun, freezeRerun, freezeRun } from '../../src/store/runs.ts';
import { seal, unseal } from '../../src/store/seal.ts';
import { type PreparedTable, prepareTable } from '../../src/store/signal-tables/prepare.ts';
import { tooLittle } from '../../src/store/signal-tables/too-little.ts';
import { unscoredInputs } from '../../src/store/unscored.ts';
import { databaseNames, storeHome } from '../../test/support/store-home.ts';
import { ingest } from '../../test/support/study-data.ts';
import { keepShippedModels } from '../models.ts';
import type { JobContext } from './jobs.ts';
import { prepareTables } from './prepare-tables.ts';
import { dayMs, dayOf, daysOfSteps, firstDay, hearts, minuteMs, night, plain, scoresOf, stepStudy, stepsOf } from './testing/step-study.ts';

describe.each(databaseNames)('days of a participant on %s', (database) => {
  test('are scored with the bits of plain scoring, without the first and the last, which may not have been whole', async () => {
    const { store, source, participant, score, verify } = await stepStudy(database, 'days');
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

  test('that are too few for a score are told of once, and no more when there are enough', async () => {
    const { home, store, source, participant, score, scoreRun } = await stepStudy(database, 'days');
    const models = await keepShippedModels(store, join(home.folder, 'shipped'), join(home.folder, 'models'), { chosen: ['days'] });
    for (const to of [5, 6]) {
      await ingest(store, source, `to ${to}`, daysOfSteps(to === 5 ? 0 : 5, to));
      // As another model of days may have them frozen, to which they are enough.
      const days = [(await prepareTable(store, 'sleep', participant, 'days', 0)) as PreparedTable];
      await scoreRun((await freezeRun(store, 'sleep', models, 'native', { days })) as FrozenRun);
      expect(await unscoredInputs(store, 'sleep')).toEqual([{ reason: 'too-little-signal', inputs: 1 }]);
    }
    await ingest(store, source, 'more', daysOfSteps(6, 12));
    await score();
    expect(await unscoredInputs(store, 'sleep')).toEqual([]);
  });

  test('that come later add scores and change none', async () => {
    const { store, source, score, verify } = await stepStudy(database, 'days');
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
    const { home, store, source, score, verify } = await stepStudy(database, 'days');
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
    const other = await stepStudy(database, 'days', home);
    await ingest(other.store, other.source, 'all', [...daysOfSteps(0, 20), night(14, 300)]);
    await other.score();
    expect(await contentHash(other.store, 'sleep')).toBe(await contentHash(store, 'sleep'));
  });

  test('of a run that is repeated under a later one add nothing that was corrected since', async () => {
    const { store, source, score, scoreRun } = await stepStudy(database, 'days');
    await ingest(store, source, 'first', daysOfSteps(0, 20));
    const first = await score();
    await ingest(store, source, 'second', [night(14, 300)]);
    await score();
    const after = await scoresOf(store, 'lonely');
    await scoreRun(await freezeRerun(store, { of: first?.id ?? '', verify: false, engine: 'native', key: 'again', models: null }));
    expect(await scoresOf(store, 'lonely')).toEqual(after);
  });

  test('of a run that is repeated under another model leave nothing behind that a newer run knows better meanwhile', async () => {
    const { home, store, source, score, scoreRun, verify } = await stepStudy(database, 'days', undefined, await tinyDayModel());
    await ingest(store, source, 'first', daysOfSteps(0, 20));
    const first = await score();
    cpSync(join(modelsFolder, 'days'), join(home.folder, 'shipped of today', 'days'), { recursive: true });
    const kept = join(home.folder, 'models');
    const models = await keepShippedModels(store, join(home.folder, 'shipped of today'), kept, { chosen: ['days'] });
    const context: JobContext = { store, models: kept, progress: () => {}, checkCancelled: () => {} };
    const forms = [{ form: 'days' as const, windowMs: 7 * dayMs }];
    let newer: FrozenRun | null = null;
    const again = await freezeRerun(store, { of: first?.id ?? '', verify: false, engine: 'native', key: 'again', models });
    await scoreRun(again, async () => {
      await ingest(store, source, 'second', [night(14, 300)]);
      newer = await freezeRun(store, 'sleep', models, 'native', await prepareTables(context, { study: 'sleep', forms }));
      await scoreRun(newer as FrozenRun);
    });
    const own = await store.db
      .selectFrom('score')
      .select('day')
      .where('model', '=', models[0]?.id ?? '')
      .orderBy('day')
      .execute();
    expect(own.map(({ day }) => day)).toEqual(Array.from({ length: 12 }, (_, k) => dayOf(7 + k)));
    expect(await verify((newer as FrozenRun | null)?.id ?? '')).toMatchObject({ identical: 12, missing: 0, superseded: 0 });
    expect(await verify(again.id)).toMatchObject({ identical: 7, missing: 0, superseded: 5 });
  });

  test('go on from what the model carried where all before is as it was, and else from the beginning', async () => {
    const { store, source, participant, score, verify } = await stepStudy(database, 'days');
    const said = async (to: number, more = '') => {
      const rows = Array.from({ length: to - 2 }, (_, k) => `${dayOf(k + 1)},${stepsOf(k + 1)},${k + 1 === 5 ? more : ''}`);
      return (await plain('days', `date,steps,sleep\n${rows.join('\n')}\n`)).map(({ end, scores }) => ({ end, scores }));
    };
    const stored = async () => (await scoresOf(store, 'lonely')).map(({ end, scores }) => ({ end, scores }));
    await ingest(store, source, 'first', daysOfSteps(0, 60));
    await score();
    await ingest(store, source, 'second', daysOfSteps(60, 62));
    const second = await score();
    expect(await stored()).toEqual(await said(62));
    expect(await verify(second?.id ?? '')).toMatchObject({ identical: 54, drifted: 0, missing: 0 });
    // A state that says something else shows in what comes behind it, so it is what is gone on from.
    await changeState(store, participant);
    await ingest(store, source, 'third', daysOfSteps(62, 63));
    const third = await score();
    expect((await stored()).at(-1)).not.toEqual((await said(63)).at(-1));
    expect(await verify(third?.id ?? '')).toMatchObject({ identical: 54, drifted: 1, missing: 0 });
    // A late night before it has all heard anew.
    await ingest(store, source, 'fourth', [night(5, 400), ...daysOfSteps(63, 64)]);
    const fourth = await score();
    expect(await stored()).toEqual(await said(64, '400'));
    expect(await verify(fourth?.id ?? '')).toMatchObject({ identical: 56, drifted: 0, missing: 0 });
  });

  test('fewer than a model must have heard are no input', async () => {
    const { store, source, participant, score } = await stepStudy(database, 'days');
    const left = () => tooLittle(store, 'sleep', [{ name: 'days', reads: 'days', windowS: (7 * dayMs) / 1000 }]);
    const missing = { participant, model: 'days', needed: 7, unit: 'days' };
    expect(await left()).toEqual([{ ...missing, heard: 0 }]);
    await ingest(store, source, 'first', daysOfSteps(0, 8));
    expect(await score()).toBeNull();
    expect(await left()).toEqual([{ ...missing, heard: 6 }]);
    await ingest(store, source, 'second', daysOfSteps(8, 9));
    expect((await score())?.inputs).toBe(1);
    expect(await left()).toEqual([]);
    expect(await scoresOf(store, 'lonely')).toHaveLength(1);
  });
});

describe.each(databaseNames)('minutes of a participant on %s', (database) => {
  test('are scored with the bits of plain scoring, and go on from there', async () => {
    const { store, source, score, verify } = await stepStudy(database, 'daily');
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

  test('that another run scores just now lose none of their scores to a rerun of an older one', async () => {
    const { store, source, score, freeze, scoreRun, verify } = await stepStudy(database, 'daily');
    await ingest(store, source, 'first', hearts(0, 600));
    const first = await score();
    // More than is committed at once.
    await ingest(store, source, 'second', hearts(600, 10_800));
    const second = (await freeze()) as FrozenRun;
    const again = () => freezeRerun(store, { of: first?.id ?? '', verify: false, engine: 'native', key: 'again', models: null });
    await scoreRun(second, async () => scoreRun(await again()), 2);
    expect(await verify(second.id)).toMatchObject({ drifted: 0, missing: 0, superseded: 0 });
  });

  test('have the grades of their heads, and an hour of them is the least', async () => {
    const { store, source, score } = await stepStudy(database, 'daily');
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

/** Makes other numbers of those that the model carries. */
async function changeState(store: Store, participant: string): Promise<void> {
  const row = await store.db.selectFrom('stream_state').selectAll().executeTakeFirstOrThrow();
  const key = await store.keys.key(participant);
  const place = `stream_state|${participant}|${row.model}`;
  const bytes = unseal(key, place, row.body);
  const { input } = (await openModel(join(modelsFolder, 'days'))).manifest;
  if (input.kind !== 'e4-stream') throw new Error('The model days reads streams.');
  // Behind the header, seven doubles and the chain.
  const from = 40 + 7 * 8 + 32;
  for (let k = 0; k < input.carried; k++) bytes.writeFloatLE(bytes.readFloatLE(from + k * 4) * 0.5, from + k * 4);
  const body = seal(key, place, bytes);
  await store.db.updateTable('stream_state').set({ body }).where('participant', '=', participant).execute();
}
