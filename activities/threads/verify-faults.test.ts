import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { recordingStart, stretch } from '../../src/encoder/testing/recording.ts';
import { failingSteps, tinyDayModel } from '../../src/encoder/testing/tinyDayModel.ts';
import { tinyStreamInput, tinyStreamModel } from '../../src/encoder/testing/tinyStreamModel.ts';
import type { Store } from '../../src/store/open.ts';
import { type FrozenRun, finishRun, freezeRun } from '../../src/store/runs.ts';
import { openTable, sealTable } from '../../src/store/signal-tables/codec.ts';
import { type PreparedTable, prepareTable } from '../../src/store/signal-tables/prepare.ts';
import { createStudy } from '../../src/store/studies.ts';
import { databaseNames, storeHome } from '../../test/support/store-home.ts';
import { addPerson, ingest, moment } from '../../test/support/study-data.ts';
import { keepShippedModels } from '../models.ts';
import type { JobContext } from './jobs.ts';
import { scoreShard } from './score-shard.ts';
import { recordingStudy, seconds } from './testing/recording-study.ts';
import { daysOfSteps, stepStudy, steps, verifyIn } from './testing/step-study.ts';

/** What the newest verification says of each input, in the order of their owners. */
async function verdicts(store: Store) {
  const rows = await store.db
    .selectFrom('run_input')
    .innerJoin('run', 'run.id', 'run_input.run')
    .select(['run.number', 'run_input.participant', 'run_input.state', 'run_input.error'])
    .where('run.verify', '=', 1)
    .orderBy('run.number', 'desc')
    .execute();
  const newest = rows.filter(({ number }) => number === rows[0]?.number);
  return Object.fromEntries(newest.map(({ participant, state, error }) => [participant, [state, error]]));
}

describe.each(databaseNames)('what cannot be computed again on %s', (database) => {
  test('are the days of one participant: that input fails with its reason, and the others are compared', async () => {
    const { home, store, source, participant: anna, score, verify } = await stepStudy(database, 'days', undefined, await tinyDayModel());
    const { participant: bert, source: other } = await addPerson(store, 'sleep', 'bert', 'fitbit');
    await ingest(store, source, 'of anna', daysOfSteps(0, 20));
    await ingest(store, other, 'of bert', daysOfSteps(0, 20));
    const run = (await score()) as FrozenRun;
    expect(await verify(run.id)).toMatchObject({ inputs: 2, identical: 24, failed: 0 });
    // The engine takes no such day.
    const rows = await store.db.selectFrom('signal_table').selectAll().where('participant', '=', anna).orderBy('from_ms').execute();
    const row = rows.at(-1) as (typeof rows)[number];
    const key = await store.keys.key(anna);
    const columns = openTable(key, 'days', row);
    const last = (columns.STEPS as Float32Array).findLastIndex((value) => !Number.isNaN(value)) - 1;
    (columns.STEPS as Float32Array)[last] = failingSteps;
    await store.db
      .updateTable('signal_table')
      .set({ body: sealTable(key, row.id, columns) })
      .where('id', '=', row.id)
      .execute();
    const counts = await verifyIn(store, join(home.folder, 'models'), run.id, 'again');
    // Twelve of bert, and those of anna before the stretch that fails.
    expect(counts).toMatchObject({ inputs: 2, identical: 22, drifted: 0, missing: 0, erased: 0, failed: 1 });
    expect(await verdicts(store)).toEqual({ [anna]: ['failed', 'engine-failed'], [bert]: ['identical', null] });
  });

  test('are days that failed when they were scored: no other than then, and proof of nothing', async () => {
    const { store, source, participant: anna, score, verify } = await stepStudy(database, 'days', undefined, await tinyDayModel());
    await ingest(store, source, 'first', [...daysOfSteps(0, 15), ...steps(15, failingSteps), ...daysOfSteps(16, 20)]);
    const run = (await score()) as FrozenRun;
    expect(await verify(run.id)).toMatchObject({ inputs: 1, drifted: 0, missing: 0, failed: 0 });
    expect(await verdicts(store)).toEqual({ [anna]: ['failed', 'engine-failed'] });
  });

  test('are days too few for a window, which failed when they were scored', async () => {
    const { home, store, source, participant: anna, scoreRun, verify } = await stepStudy(database, 'days');
    await ingest(store, source, 'first', daysOfSteps(0, 5));
    // As another model of days may have them frozen, to which they are enough.
    const days = [(await prepareTable(store, 'sleep', anna, 'days', 0)) as PreparedTable];
    const models = await keepShippedModels(store, join(home.folder, 'shipped'), join(home.folder, 'models'), { chosen: ['days'] });
    const run = (await freezeRun(store, 'sleep', models, 'native', { days })) as FrozenRun;
    await scoreRun(run);
    expect(await verify(run.id)).toMatchObject({ inputs: 1, scores: 0, failed: 0 });
    expect(await verdicts(store)).toEqual({ [anna]: ['failed', 'too-little-signal'] });
  });

  test('is a recording at another rate than the model takes: never identical, and failed where it had scores', async () => {
    const home = await storeHome(database);
    cpSync(await tinyStreamModel(), join(home.folder, 'shipped/tiny'), { recursive: true });
    const store = await home.open();
    await createStudy(store, 'sleep', null);
    const people = {
      anna: await addPerson(store, 'sleep', 'anna', 'empatica-e4'),
      bert: await addPerson(store, 'sleep', 'bert', 'empatica-e4'),
    };
    const kept = join(home.folder, 'models');
    const models = await keepShippedModels(store, join(home.folder, 'shipped'), kept);
    const context: JobContext = { store, models: kept, progress: () => {}, checkCancelled: () => {} };
    const pieces = stretch(tinyStreamInput, 0, 95).map(({ signal, rate, channels, values }) => {
      const place = { signal: signal.toLowerCase(), unit: '1', device: 'E4', sessionMs: recordingStart, offset: 0 };
      const { day } = moment(recordingStart);
      return { is: 'block' as const, units: values.length / channels, end: 0, day, block: { ...place, rate, channels, values } };
    });
    await ingest(store, people.anna.source, 'of anna', pieces);
    await ingest(store, people.bert.source, 'of bert', pieces);
    const setRate = (participant: string) =>
      store.db.updateTable('series').set({ rate: 7 }).where('participant', '=', participant).where('signal', '=', 'eda').execute();
    await setRate(people.bert.participant);
    const run = (await freezeRun(store, 'sleep', models, 'native')) as FrozenRun;
    await scoreShard(context, { run: run.id, from: 0, to: run.inputs });
    await finishRun(store, run.id, 'done', {}, {});
    await setRate(people.anna.participant);
    expect(await verifyIn(store, kept, run.id)).toMatchObject({ inputs: 2, identical: 0, failed: 1 });
    expect(await verdicts(store)).toEqual({
      [people.anna.participant]: ['failed', 'wrong-shape'],
      [people.bert.participant]: ['failed', 'wrong-shape'],
    });
  });

  test('is a recording, or days, whose rows are lost: not erased, for nobody noted that, and not identical', async () => {
    const recording = await recordingStudy(database);
    await ingest(recording.store, recording.source, 'first', seconds(0, 65));
    await ingest(recording.store, recording.source, 'second', seconds(65, 95));
    const scored = await recording.score();
    const rows = recording.store.db.deleteFrom('series');
    await rows.where('first', '>', 0).execute();
    expect(await recording.verify(scored.id)).toMatchObject({ inputs: 1, identical: 2, erased: 0, failed: 1 });
    await rows.execute();
    const kept = join(recording.home.folder, 'models');
    const counts = await verifyIn(recording.store, kept, scored.id, 'again');
    expect(counts).toMatchObject({ inputs: 1, identical: 0, erased: 0, failed: 1 });
    expect(await verdicts(recording.store)).toEqual({ [recording.participant]: ['failed', 'input-lost'] });

    const days = await stepStudy(database, 'days');
    await ingest(days.store, days.source, 'first', daysOfSteps(0, 20));
    const run = (await days.score()) as FrozenRun;
    await days.store.db.deleteFrom('signal_table').execute();
    expect(await days.verify(run.id)).toMatchObject({ inputs: 1, identical: 0, erased: 0, failed: 1 });
    expect(await verdicts(days.store)).toEqual({ [days.participant]: ['failed', 'input-lost'] });
  });
});
