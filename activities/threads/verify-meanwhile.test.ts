import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Judged } from '../../schema/source.ts';
import { tinyTextModel } from '../../src/encoder/testing/tinyModels.ts';
import { eraseScores } from '../../src/store/erase-scores.ts';
import { eraseUncovered } from '../../src/store/erase-uncovered.ts';
import { tombstone } from '../../src/store/participants.ts';
import { type FrozenRun, finishRun, freezeRun } from '../../src/store/runs.ts';
import { createStudy } from '../../src/store/studies.ts';
import { withdraw } from '../../src/store/withdraw.ts';
import { databaseNames, storeHome } from '../../test/support/store-home.ts';
import { addPerson, ingest, post } from '../../test/support/study-data.ts';
import { keepShippedModels } from '../models.ts';
import { scoreShard } from './score-shard.ts';
import { beforeRead } from './testing/reads.ts';
import { recordingStudy, seconds } from './testing/recording-study.ts';
import { daysOfSteps, hearts, night, stepStudy, verifyIn } from './testing/step-study.ts';

const gone = { scores: 0, identical: 0, drifted: 0, missing: 0, superseded: 0, failed: 0, erased: 1 };

describe.each(databaseNames)('what another run changes while it is verified, on %s', (database) => {
  test.each([0, 1, 3])('are windows of a recording, which are superseded and not missing: before the read of window %i', async (window) => {
    const { home, store, source, score, freeze, scoreRun } = await recordingStudy(database);
    await ingest(store, source, 'first', [...seconds(0, 60), ...seconds(60, 95, ['BVP', 'ACC', 'EDA'])]);
    const first = await score();
    await ingest(store, source, 'second', seconds(70, 95, ['TEMP']));
    const second = await freeze();
    const meanwhile = beforeRead(store, 'score', window, () => scoreRun(second));
    const counts = await verifyIn(meanwhile, join(home.folder, 'models'), first.id);
    // Windows 2 and 3 hear of what came late; the others stay.
    const read = Math.max(2, window);
    expect(counts).toMatchObject({ identical: 2 * read, missing: 0, drifted: 0, superseded: 2 * (4 - read) });
  });

  test('are days of a participant', async () => {
    const { home, store, source, score } = await stepStudy(database, 'days');
    await ingest(store, source, 'first', daysOfSteps(0, 20));
    const first = await score();
    await ingest(store, source, 'second', [night(14, 300)]);
    const meanwhile = beforeRead(store, 'score', 3, score);
    const counts = await verifyIn(meanwhile, join(home.folder, 'models'), first?.id ?? '');
    expect(counts).toMatchObject({ identical: 7, missing: 0, drifted: 0, superseded: 5 });
  });

  test('are minutes, behind a part of them in which one is missing indeed', async () => {
    const { home, store, source, score } = await stepStudy(database, 'daily');
    await ingest(store, source, 'first', [...hearts(0, 10_600), ...hearts(10_700, 10_800)]);
    const first = await score();
    const { input_id } = await store.db.selectFrom('score').select('input_id').orderBy('end_ms').limit(1).executeTakeFirstOrThrow();
    const lost = await store.db.selectFrom('score').select('id').where('input_id', '=', input_id).execute();
    await store.db.transaction().execute((tx) =>
      eraseScores(
        tx,
        lost.map(({ id }) => id),
      ),
    );
    await ingest(store, source, 'second', hearts(10_600, 10_700));
    const meanwhile = beforeRead(store, 'score', 2_000, score);
    const counts = await verifyIn(meanwhile, join(home.folder, 'models'), first?.id ?? '');
    expect(counts).toMatchObject({ missing: lost.length, drifted: 0 });
    expect(counts.superseded).toBeGreaterThan(0);
  });
});

describe.each(databaseNames)('what is erased while it is verified counts as erased, on %s', (database) => {
  test.each(['the first run', 'the second run'])('of a recording of which consent covers only what came first: %s', async (which) => {
    const { home, store, source, participant, score } = await recordingStudy(database);
    await ingest(store, source, 'first', seconds(0, 95));
    const first = await score();
    await ingest(store, source, 'second', seconds(95, 130));
    const second = await score();
    const came = (item: Judged) => (item.is === 'block' && item.block.offset > 0 ? 'after-consent' : null);
    const meanwhile = beforeRead(store, 'score', 1, () => eraseUncovered(store, participant, came));
    const run = which === 'the first run' ? first : second;
    expect(await verifyIn(meanwhile, join(home.folder, 'models'), run.id)).toMatchObject(gone);
  });

  test('of one whose verification was being frozen as it was erased', async () => {
    const { home, store, source, participant, score } = await recordingStudy(database);
    await ingest(store, source, 'first', seconds(0, 95));
    const first = await score();
    await ingest(store, source, 'second', seconds(95, 130));
    await score();
    const meanwhile = beforeRead(store, 'score', 1, async () => {
      const inputs = await store.db.selectFrom('run_input').selectAll().where('state', '=', 'pending').execute();
      expect(inputs).toHaveLength(1);
      await eraseUncovered(store, participant, (item) => (item.is === 'block' && item.block.offset > 0 ? 'after-consent' : null));
      // Whoever froze it had not committed when it was erased.
      for (const { run, ordinal, ...rest } of inputs)
        await store.db.updateTable('run_input').set(rest).where('run', '=', run).where('ordinal', '=', ordinal).execute();
    });
    expect(await verifyIn(meanwhile, join(home.folder, 'models'), first.id)).toMatchObject(gone);
  });

  test('of days', async () => {
    const { home, store, source, participant, score } = await stepStudy(database, 'days');
    await ingest(store, source, 'first', daysOfSteps(0, 20));
    const run = (await score()) as FrozenRun;
    const erase = () => eraseUncovered(store, participant, (item) => (item.is === 'sample' ? 'no-consent-kind' : null));
    expect(await verifyIn(beforeRead(store, 'score', 1, erase), join(home.folder, 'models'), run.id)).toMatchObject(gone);
  });

  test.each([0, 1])('of somebody who withdraws before the read of window %i', async (window) => {
    const { home, store, source, score } = await recordingStudy(database);
    await ingest(store, source, 'first', seconds(0, 95));
    const run = await score();
    const meanwhile = beforeRead(store, 'score', window, () => withdraw(store, 'sleep', 'anna'));
    expect(await verifyIn(meanwhile, join(home.folder, 'models'), run.id)).toMatchObject(gone);
    expect(await store.db.selectFrom('run_input').select(['state', 'participant', 'result']).distinct().execute()).toEqual([
      { state: 'erased', participant: null, result: null },
    ]);
  });

  test('of somebody whose key is destroyed, and whose rows are still to go', async () => {
    const { home, store, source, participant, score } = await recordingStudy(database);
    await ingest(store, source, 'first', seconds(0, 95));
    const run = await score();
    const destroy = () => store.keys.destroy('sleep', participant, tombstone(store, 'sleep', participant));
    expect(await verifyIn(beforeRead(store, 'score', 1, destroy), join(home.folder, 'models'), run.id)).toMatchObject(gone);
  });

  test('of posts; the one beside it is compared', async () => {
    const home = await storeHome(database);
    cpSync(await tinyTextModel(), join(home.folder, 'shipped/tiny'), { recursive: true });
    const store = await home.open();
    await createStudy(store, 'sleep', null);
    const { participant, source } = await addPerson(store, 'sleep', 'anna', 'posts');
    await ingest(store, source, 'first', [post('1', 'glad'), post('2', 'sad', { audience: 'followers' })]);
    const kept = join(home.folder, 'models');
    const run = await freezeRun(store, 'sleep', await keepShippedModels(store, join(home.folder, 'shipped'), kept), 'native');
    if (run === null) throw new Error('nothing to score');
    await scoreShard({ store, models: kept, progress: () => {}, checkCancelled: () => {} }, { run: run.id, from: 0, to: run.inputs });
    await finishRun(store, run.id, 'done', {}, {});
    const refused = (item: Judged) =>
      item.is === 'record' && item.record.type === 'post' && item.record.audience !== 'public' ? 'no-consent-audience' : null;
    const meanwhile = beforeRead(store, 'score', 0, () => eraseUncovered(store, participant, refused));
    const counts = await verifyIn(meanwhile, kept, run.id);
    expect(counts).toMatchObject({ inputs: 2, scores: 1, identical: 1, missing: 0, erased: 1 });
  });
});
