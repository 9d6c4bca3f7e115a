import { describe, expect, test } from 'vitest';
import { databaseNames, storeHome } from '../../test/support/store-home.ts';
import { addPerson, block, ingest, post } from '../../test/support/study-data.ts';
import { eraseUncovered } from './erase-uncovered.ts';
import { eraseRecords } from './erase-unit.ts';
import { pendingInputs } from './run-inputs.ts';
import { finishRun, freezeRerun, freezeRun, type RunModel, setDecided, undecidedRuns } from './runs.ts';
import { createStudy } from './studies.ts';

const models: RunModel[] = [{ name: 'text', id: 'model', thresholds: 'thresholds', folder: 'text', input: 'text' }];

describe.each(databaseNames)('runs on %s', (database) => {
  async function study() {
    const store = await (await storeHome(database)).open();
    await createStudy(store, 'sleep', null);
    const { source } = await addPerson(store, 'sleep', 'anna');
    await ingest(store, source, 'first', [post('1', 'one'), post('2', 'two')]);
    return { store, source };
  }

  test('freezing again, as a retry does, gives the run that is under way', async () => {
    const { store, source } = await study();
    const first = await freezeRun(store, 'sleep', models, 'native');
    expect(first?.inputs).toBe(2);
    expect(await freezeRun(store, 'sleep', models, 'native')).toEqual(first);
    await ingest(store, source, 'second', [post('3', 'three')]);
    await finishRun(store, first?.id ?? '', 'failed', {}, {});
    // What a failed run left undone belongs to the next one.
    expect((await freezeRun(store, 'sleep', models, 'native'))?.inputs).toBe(3);
  });

  test('only the newest version of a post is an input, in the order of time', async () => {
    const { store, source } = await study();
    await ingest(store, source, 'second', [post('1', 'one, corrected', { version: '2026-02-01T00:00:00.000Z' })]);
    const run = await freezeRun(store, 'sleep', models, 'native');
    const inputs = await pendingInputs(store, run?.id ?? '', 0, 10);
    expect(inputs).toHaveLength(2);
    const versions = await store.db
      .selectFrom('record')
      .select('version')
      .where(
        'id',
        'in',
        inputs.map((input) => input.record ?? ''),
      )
      .execute();
    expect(versions.map((row) => row.version).sort()).toEqual(['', '2026-02-01T00:00:00.000Z']);
  });

  test('the same request for a rerun freezes one run', async () => {
    const { store } = await study();
    const run = await freezeRun(store, 'sleep', models, 'native');
    await finishRun(store, run?.id ?? '', 'done', {}, {});
    const request = { of: run?.id ?? '', verify: true, engine: 'native' as const, key: 'once', models: null };
    const again = await freezeRerun(store, request);
    expect(await freezeRerun(store, request)).toEqual(again);
    expect((await freezeRerun(store, { ...request, key: 'twice' })).id).not.toBe(again.id);
  });

  test('neither a run that was cut short nor its rerun names what was erased while it was frozen', async () => {
    const { store } = await study();
    const stream = await addPerson(store, 'sleep', 'anna', 'empatica-e4');
    await ingest(store, stream.source, 'recording', [block(0, [1, 2])]);
    const streamModel: RunModel = { ...(models[0] as RunModel), id: 'stream', input: 'e4' };
    const run = await freezeRun(store, 'sleep', [...models, streamModel], 'native');
    const inputs = await store.db.selectFrom('run_input').selectAll().orderBy('ordinal').execute();
    const posts = await store.db.selectFrom('record').selectAll().execute();
    const one = posts.find(({ id }) => id === inputs[0]?.record);
    await store.db.transaction().execute((tx) => eraseRecords(tx, one ? [one] : []));
    await eraseUncovered(store, stream.participant, (item) => (item.is === 'block' ? 'no-consent-kind' : null));
    // Whoever froze it had not committed when they were erased.
    for (const { run, ordinal, ...rest } of inputs)
      await store.db.updateTable('run_input').set(rest).where('run', '=', run).where('ordinal', '=', ordinal).execute();
    await finishRun(store, run?.id ?? '', 'cancelled', {}, {});
    const request = { of: run?.id ?? '', verify: false, engine: 'native' as const, key: 'once', models: null };
    const again = await freezeRerun(store, request);
    expect(again.inputs).toBe(3);
    const gone = { state: 'erased', participant: null, record: null, series: null, input_id: null };
    for (const id of [run?.id ?? '', again.id]) {
      const left = await store.db.selectFrom('run_input').selectAll().where('run', '=', id).orderBy('ordinal').execute();
      expect(left).toMatchObject([gone, { state: 'pending', record: inputs[1]?.record }, gone]);
    }
  });

  test('a run that ended, well or not, waits for the policy until it was held against it', async () => {
    const { store } = await study();
    const run = await freezeRun(store, 'sleep', models, 'native');
    expect(await undecidedRuns(store, 'sleep')).toEqual([]);
    await finishRun(store, run?.id ?? '', 'failed', {}, {});
    expect(await undecidedRuns(store, 'sleep')).toEqual([run?.id]);
    await setDecided(store, run?.id ?? '');
    expect(await undecidedRuns(store, 'sleep')).toEqual([]);
  });
});
