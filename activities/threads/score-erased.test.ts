import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Judged, Parsed } from '../../schema/source.ts';
import { recordingStart, stretch } from '../../src/encoder/testing/recording.ts';
import { tinyTextModel } from '../../src/encoder/testing/tinyModels.ts';
import { tinyStreamInput, tinyStreamModel } from '../../src/encoder/testing/tinyStreamModel.ts';
import { deleteRecord } from '../../src/store/deletions.ts';
import { eraseUncovered } from '../../src/store/erase-uncovered.ts';
import { holdParticipant } from '../../src/store/hold-participant.ts';
import type { KeyStore } from '../../src/store/keys.ts';
import type { Store } from '../../src/store/open.ts';
import { freezeRun } from '../../src/store/runs.ts';
import { createStudy } from '../../src/store/studies.ts';
import { withdraw } from '../../src/store/withdraw.ts';
import { type DatabaseName, databaseNames, storeHome } from '../../test/support/store-home.ts';
import { addPerson, ingest, moment, openWriter, post } from '../../test/support/study-data.ts';
import { keepShippedModels } from '../models.ts';
import { scoreShard } from './score-shard.ts';
import { waitsForLock } from './testing/transactions.ts';

const recording = (): Parsed[] =>
  stretch(tinyStreamInput, 0, 95).map(({ signal, rate, channels, values }) => {
    const place = { signal: signal.toLowerCase(), unit: '1', device: 'E4', sessionMs: recordingStart, offset: 0 };
    const { day } = moment(recordingStart);
    return { is: 'block', units: values.length / channels, end: 0, day, block: { ...place, rate, channels, values } };
  });

/** A study of one person whose inputs are frozen, and `score`, which does `meanwhile` between the scoring and the commit. */
async function frozen(database: DatabaseName, kind: 'posts' | 'empatica-e4', items: Parsed[]) {
  const home = await storeHome(database);
  cpSync(kind === 'posts' ? await tinyTextModel() : await tinyStreamModel(), join(home.folder, 'shipped/tiny'), { recursive: true });
  const store = await home.open();
  await createStudy(store, 'sleep', null);
  const person = await addPerson(store, 'sleep', 'anna', kind);
  await ingest(store, person.source, 'first', items);
  const kept = join(home.folder, 'models');
  const models = await keepShippedModels(store, join(home.folder, 'shipped'), kept);
  const run = await freezeRun(store, 'sleep', models, 'native');
  if (run === null) throw new Error('nothing to score');
  const score = (meanwhile: () => Promise<unknown>) => {
    let scored = false;
    let done: Promise<unknown> | null = null;
    const keys = Object.create(store.keys) as KeyStore;
    keys.key = async (participant) => {
      if (scored) {
        done ??= meanwhile();
        await done;
      }
      return store.keys.key(participant);
    };
    const checkCancelled = () => {
      scored = true;
    };
    const context = { store: { ...store, keys }, models: kept, progress: () => {}, checkCancelled };
    return scoreShard(context, { run: run.id, from: 0, to: run.inputs });
  };
  return { ...person, store, score };
}

async function left(store: Store) {
  const scores = await store.db.selectFrom('score').select('record').execute();
  const inputs = await store.db.selectFrom('run_input').select('state').orderBy('state').execute();
  const decisions = await store.db.selectFrom('decision').select('id').execute();
  return { scores: scores.length, decisions: decisions.length, states: inputs.map(({ state }) => state) };
}

const goes = (item: Judged) =>
  item.is === 'record' && item.record.type === 'post' && item.record.audience !== 'public' ? ('no-consent-audience' as const) : null;

describe.each(databaseNames)('what is erased while it is scored, on %s', (database) => {
  test('a post that consent no longer covers gets no scores; the one beside it does', async () => {
    const posts = [post('1', 'glad'), post('2', 'sad', { audience: 'followers' })];
    const { store, participant, score } = await frozen(database, 'posts', posts);
    await score(() => eraseUncovered(store, participant, goes));
    const { scores, decisions, states } = await left(store);
    expect(states).toEqual(['erased', 'scored']);
    expect([scores, decisions]).toEqual([1, 1]);
    expect(await store.db.selectFrom('score').innerJoin('record', 'record.id', 'score.record').select('score.id').execute()).toHaveLength(
      1,
    );
  });

  test('a recording gets none either', async () => {
    const { store, participant, score } = await frozen(database, 'empatica-e4', recording());
    await score(() => eraseUncovered(store, participant, (item) => (item.is === 'block' ? 'no-consent-kind' : null)));
    expect(await left(store)).toEqual({ scores: 0, decisions: 0, states: ['erased'] });
  });

  test.each([
    ['posts', [post('1', 'glad')]],
    ['empatica-e4', recording()],
  ] as const)('%s of somebody who withdraws get none, and the run goes on', async (kind, items) => {
    const { store, score } = await frozen(database, kind, [...items]);
    await score(() => withdraw(store, 'sleep', 'anna'));
    expect(await left(store)).toEqual({ scores: 0, decisions: 0, states: ['erased'] });
  });

  test('a post that its source deletes gets none, though the deletion commits behind the scoring', async () => {
    const { store, participant, source, score } = await frozen(database, 'posts', [post('1', 'glad')]);
    const { owner } = await openWriter(store, source, 'second');
    const deletion = { type: 'post', recordId: '1', at: '2026-12-01T00:00:00.000Z' } as const;
    let scoring: Promise<unknown> = Promise.resolve();
    if (database === 'sqlite') {
      // One writes at a time.
      await score(() => store.db.transaction().execute((tx) => deleteRecord(tx, owner, deletion)));
    } else {
      await store.db.transaction().execute(async (tx) => {
        await holdParticipant(store, tx, participant, true);
        await deleteRecord(tx, owner, deletion);
        let over = false;
        scoring = score(async () => {}).finally(() => {
          over = true;
        });
        while (!over && !(await waitsForLock(store))) await new Promise(setImmediate);
      });
    }
    await scoring;
    expect(await left(store)).toEqual({ scores: 0, decisions: 0, states: ['erased'] });
  });
});

test.each(databaseNames)('an input that was frozen while it was erased keeps no name of what is gone, on %s', async (database) => {
  const { store, participant, source, score } = await frozen(database, 'posts', [post('1', 'glad')]);
  const { owner } = await openWriter(store, source, 'second');
  const inputs = await store.db.selectFrom('run_input').selectAll().execute();
  await store.db.transaction().execute((tx) => deleteRecord(tx, owner, { type: 'post', recordId: '1', at: '2026-12-01T00:00:00.000Z' }));
  // Whoever froze it had not committed when it was erased.
  for (const { run, ordinal, ...rest } of inputs)
    await store.db.updateTable('run_input').set(rest).where('run', '=', run).where('ordinal', '=', ordinal).execute();
  expect(inputs).toMatchObject([{ participant, state: 'pending' }]);
  await score(async () => {});
  const named = await store.db.selectFrom('run_input').select(['state', 'participant', 'record', 'input_id']).execute();
  expect(named).toEqual([{ state: 'erased', participant: null, record: null, input_id: null }]);
});
