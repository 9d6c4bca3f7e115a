import { describe, expect, test } from 'vitest';
import { databaseNames, storeHome } from '../../test/support/store-home.ts';
import { addPerson, ingest, post } from '../../test/support/study-data.ts';
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
