import { describe, expect, test } from 'vitest';
import { eraseUncovered } from '../../src/store/erase-uncovered.ts';
import type { Store } from '../../src/store/open.ts';
import { tombstone } from '../../src/store/participants.ts';
import type { FrozenRun } from '../../src/store/runs.ts';
import { unscoredInputs } from '../../src/store/unscored.ts';
import { withdraw } from '../../src/store/withdraw.ts';
import { databaseNames } from '../../test/support/store-home.ts';
import { ingest } from '../../test/support/study-data.ts';
import { recordingStudy, seconds, windowEnds } from './testing/recording-study.ts';
import { beforeTransactions } from './testing/transactions.ts';

const inputsOf = (store: Store, { id }: FrozenRun) =>
  store.db.selectFrom('run_input').select(['state', 'error']).where('run', '=', id).execute();

const tooShort = { state: 'failed', error: 'too-little-signal' };
const erased = { state: 'erased', error: 'input-erased' };

describe.each(databaseNames)('a recording that is shorter than a window, on %s', (database) => {
  test('had too little to be scored, and is not tried again before it has grown', async () => {
    const { store, source, models, score, freeze, verify } = await recordingStudy(database);
    await ingest(store, source, 'first', seconds(0, 30));
    const short = await score();
    expect(await inputsOf(store, short)).toEqual([tooShort]);
    expect(await freeze()).toBeNull();
    await ingest(store, source, 'second', seconds(30, 50));
    const longer = await score();
    expect(await inputsOf(store, longer)).toEqual([tooShort]);
    expect(await unscoredInputs(store, 'sleep')).toEqual([{ reason: 'too-little-signal', inputs: 1 }]);
    await ingest(store, source, 'third', seconds(50, 95));
    const whole = await score();
    expect(await windowEnds(store, models)).toEqual([60, 70, 80, 90]);
    expect(await unscoredInputs(store, 'sleep')).toEqual([]);
    expect(await freeze()).toBeNull();
    for (const run of [short, longer])
      expect(await verify(run.id)).toMatchObject({ inputs: 1, scores: 0, missing: 0, superseded: 0, erased: 0, failed: 0 });
    expect(await verify(whole.id)).toMatchObject({ inputs: 1, identical: 8, missing: 0, superseded: 0, failed: 0 });
  });

  test.each(['consent', 'a withdrawal', 'somebody who did not see the input yet'])(
    'is erased where %s takes it while it is scored',
    async (who) => {
      const { store, participant, source, freeze, scoreRun } = await recordingStudy(database);
      await ingest(store, source, 'first', seconds(0, 30));
      const run = await freeze();
      const erase = {
        consent: () => eraseUncovered(store, participant, (item) => (item.is === 'block' ? 'no-consent-kind' : null)),
        'a withdrawal': () => withdraw(store, 'sleep', 'anna'),
      }[who];
      const meanwhile = erase ?? (() => store.db.deleteFrom('series').execute());
      await scoreRun(run, beforeTransactions(store, meanwhile));
      expect(await inputsOf(store, run)).toMatchObject([{ state: 'erased' }]);
    },
  );

  test('is as good as erased once the key is destroyed, though the rows are still to go', async () => {
    const { store, participant, source, freeze, scoreRun } = await recordingStudy(database);
    await ingest(store, source, 'first', seconds(0, 30));
    const run = await freeze();
    await store.keys.destroy('sleep', participant, tombstone(store, 'sleep', participant));
    await scoreRun(run);
    expect(await inputsOf(store, run)).toEqual([erased]);
  });
});
