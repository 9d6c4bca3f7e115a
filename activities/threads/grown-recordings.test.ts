import { describe, expect, test } from 'vitest';
import type { Judged } from '../../schema/source.ts';
import { tinyStreamInput } from '../../src/encoder/testing/tinyStreamModel.ts';
import { eraseUncovered } from '../../src/store/erase-uncovered.ts';
import type { KeyStore } from '../../src/store/keys.ts';
import { inputStates } from '../../src/store/run-inputs.ts';
import { withdraw } from '../../src/store/withdraw.ts';
import { type DatabaseName, databaseNames } from '../../test/support/store-home.ts';
import { ingest } from '../../test/support/study-data.ts';
import { freezeAgain, recordingStudy, seconds, windowEnds } from './testing/recording-study.ts';
import { beforeTransactions, waitsForLock, withTransactions } from './testing/transactions.ts';

/**
 * A recording whose temperature came late: of what was scored first it ends at second 60, and from 70 on it came since, so that the windows
 * which end at 80 and 90 are others now. Both states are frozen under a newer model, the first one by a rerun.
 */
async function grown(database: DatabaseName) {
  const study = await recordingStudy(database);
  const { store, source } = study;
  await ingest(store, source, 'first', [...seconds(0, 60), ...seconds(60, 95, ['BVP', 'ACC', 'EDA'])]);
  const first = await study.score();
  const models = await study.upgrade(({ heads }) => {
    for (const head of heads) if (head.type === 'binary') head.calibration = { kind: 'platt', a: [1], b: [0.5] };
  });
  const again = await freezeAgain(store, first, models);
  await ingest(store, source, 'second', seconds(70, 95, ['TEMP']));
  const newer = await study.freeze(models);
  /** Whichever of the two was committed first. */
  const expectNewest = async () => {
    expect(await windowEnds(store, models)).toEqual([60, 70, 80, 90]);
    expect(await study.verify(newer.id)).toMatchObject({ identical: 8, drifted: 0, missing: 0, superseded: 0 });
    expect(await study.verify(again.id)).toMatchObject({ identical: 4, drifted: 0, missing: 0, superseded: 4 });
  };
  return { ...study, models, again, newer, expectNewest };
}

describe.each(databaseNames)('a recording that grows while it is scored, on %s', (database) => {
  test('gets no windows of a shorter state that was compared before the longer one was scored', async () => {
    const { store, again, newer, scoreRun, expectNewest } = await grown(database);
    const meanwhile = beforeTransactions(store, () => scoreRun(newer));
    await scoreRun(again, meanwhile);
    await expectNewest();
  });

  test('keeps none of a shorter state that was scored after the longer one was compared', async () => {
    const { store, again, newer, scoreRun, expectNewest } = await grown(database);
    const meanwhile = beforeTransactions(store, () => scoreRun(again));
    await scoreRun(newer, meanwhile);
    await expectNewest();
  });

  test('is compared again as often as it grows', async () => {
    const { store, source, models, again, newer, scoreRun, score, verify } = await grown(database);
    const newest: string[] = [];
    const meanwhile = beforeTransactions(
      store,
      () => scoreRun(newer),
      async () => {
        // Now the window that ends at 70 is another too.
        await ingest(store, source, 'third', seconds(60, 70, ['TEMP']));
        newest.push((await score(models)).id);
      },
    );
    await scoreRun(again, meanwhile);
    expect(await windowEnds(store, models)).toEqual([60, 70, 80, 90]);
    expect(await verify(newest[0] ?? '')).toMatchObject({ identical: 8, drifted: 0, missing: 0, superseded: 0 });
    expect(await verify(newer.id)).toMatchObject({ identical: 2, drifted: 0, missing: 0, superseded: 6 });
    expect(await verify(again.id)).toMatchObject({ identical: 2, drifted: 0, missing: 0, superseded: 6 });
  });

  test('keeps what is left of it where what came is erased meanwhile', async () => {
    const { store, participant, models, again, newer, scoreRun, verify } = await grown(database);
    const came = (item: Judged) => (item.is === 'block' && item.block.signal === 'temp' && item.block.offset > 0 ? 'after-consent' : null);
    const meanwhile = beforeTransactions(store, async () => {
      await eraseUncovered(store, participant, came);
      await scoreRun(again);
    });
    await scoreRun(newer, meanwhile);
    expect(await windowEnds(store, models)).toEqual([60, 70, 80, 90]);
    expect(await verify(again.id)).toMatchObject({ identical: 8, drifted: 0, missing: 0, superseded: 0 });
    expect(await verify(newer.id)).toMatchObject({ scores: 0, erased: 1 });
  });

  test('has no scores where somebody withdraws while it is compared', async () => {
    const { store, again, newer, scoreRun } = await grown(database);
    let gone: Promise<unknown> | null = null;
    let isScored = false;
    const keys = Object.create(store.keys) as KeyStore;
    keys.key = async (participant) => {
      if (isScored) gone ??= withdraw(store, 'sleep', 'anna');
      await gone;
      return store.keys.key(participant);
    };
    const meanwhile = beforeTransactions({ ...store, keys }, async () => {
      await scoreRun(newer);
      isScored = true;
    });
    await scoreRun(again, meanwhile);
    expect(gone).not.toBeNull();
    expect(await store.db.selectFrom('score').select('id').execute()).toEqual([]);
    expect(await store.db.selectFrom('run_input').select(['state', 'series']).distinct().execute()).toEqual([
      { state: 'erased', series: null },
    ]);
  });
});

describe.each(databaseNames)('a recording that grows by what the model cannot read, on %s', (database) => {
  /** The temperature comes late, at a rate that the model does not take. */
  async function spoilt() {
    const study = await recordingStudy(database);
    const { store, source } = study;
    await ingest(store, source, 'first', seconds(0, 95, ['BVP', 'ACC', 'EDA']));
    const first = await study.score();
    await ingest(store, source, 'second', seconds(0, 95, ['TEMP']));
    const setRate = (rate: number) => store.db.updateTable('series').set({ rate }).where('signal', '=', 'temp').execute();
    await setRate(7);
    const failed = await study.score();
    return { ...study, first, failed, setRate };
  }
  const rate = tinyStreamInput.signals.TEMP?.rate ?? 0;

  test('keeps the scores of what was there before', async () => {
    const { store, models, first, failed, verify } = await spoilt();
    expect(await inputStates(store, failed.id)).toEqual({ failed: 1 });
    expect(await windowEnds(store, models)).toEqual([60, 70, 80, 90]);
    expect(await verify(first.id)).toMatchObject({ identical: 8, missing: 0, superseded: 0 });
    expect(await verify(failed.id)).toMatchObject({ scores: 0, missing: 0, failed: 0 });
  });

  test('gets its own where it can be read after all, and loses those', async () => {
    const { store, models, first, failed, setRate, scoreRun, verify } = await spoilt();
    await setRate(rate);
    const again = await freezeAgain(store, failed, models);
    await scoreRun(again);
    expect(await windowEnds(store, models)).toEqual([60, 70, 80, 90]);
    expect(await verify(again.id)).toMatchObject({ identical: 8, missing: 0, superseded: 0 });
    expect(await verify(first.id)).toMatchObject({ scores: 0, missing: 0, superseded: 8 });
  });

  test('loses nothing where it was read before and can no longer be', async () => {
    const { store, source, models, score, scoreRun, verify } = await recordingStudy(database);
    await ingest(store, source, 'first', seconds(0, 95));
    await score();
    await ingest(store, source, 'second', seconds(95, 115));
    const second = await score();
    const came = store.db.updateTable('series').where('signal', '=', 'temp').where('first', '>', 0);
    await came.set({ rate: 7 }).execute();
    const again = await freezeAgain(store, second, models);
    await scoreRun(again);
    expect(await inputStates(store, again.id)).toEqual({ failed: 1 });
    await came.set({ rate }).execute();
    expect(await windowEnds(store, models)).toEqual([60, 70, 80, 90, 100, 110]);
    expect(await verify(second.id)).toMatchObject({ identical: 12, missing: 0, superseded: 0 });
  });

  test('is scored again without it where consent does not cover it', async () => {
    const { store, participant, models, score, freeze, verify } = await spoilt();
    await eraseUncovered(store, participant, (item) => (item.is === 'block' && item.block.signal === 'temp' ? 'no-consent-kind' : null));
    const left = await score();
    expect(await windowEnds(store, models)).toEqual([60, 70, 80, 90]);
    expect(await verify(left.id)).toMatchObject({ identical: 8, missing: 0, superseded: 0 });
    expect(await freeze()).toBeNull();
  });
});

test('two states of a recording that are committed at the same moment on PostgreSQL wait for each other', async () => {
  const { store, again, newer, scoreRun, expectNewest } = await grown('postgres');
  let other: Promise<void> | null = null;
  const meanwhile = withTransactions(store, (work) =>
    store.db.transaction().execute(async (tx) => {
      const done = await work(tx);
      let over = false;
      other ??= scoreRun(newer).finally(() => {
        over = true;
      });
      while (!over && !(await waitsForLock(store))) await new Promise(setImmediate);
      return done;
    }),
  );
  await scoreRun(again, meanwhile);
  await other;
  await expectNewest();
});
