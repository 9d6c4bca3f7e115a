import { expect, test } from 'vitest';
import type { Parsed } from '../../schema/source.ts';
import { databaseNames, storeHome } from '../../test/support/store-home.ts';
import { addPerson, ingest, openWriter, post, scorePosts, unitsOf } from '../../test/support/study-data.ts';
import { finishRun } from '../store/runs.ts';
import { createStudy } from '../store/studies.ts';
import { erasedSince, heldNow, readSince, scoresSince } from './stored-since.ts';

const takenBack: Parsed = {
  ...{ is: 'deletion', units: 1, end: 0, day: '2026-01-31', type: 'post', recordId: '1', at: '2026-02-03T00:00:00.000Z' },
};
const none = { received: 0, stored: 0, duplicate: 0, quarantined: 0, excluded: 0, erased: 0 };

test.each(databaseNames)('what came is told though as much went, on %s', async (database) => {
  const store = await (await storeHome(database)).open();
  await createStudy(store, 'sleep', null);
  const { source } = await addPerson(store, 'sleep', 'anna');
  const { source: other } = await addPerson(store, 'sleep', 'bela');
  const score = async () => {
    const run = await scorePosts(store, 'sleep', [], '');
    await finishRun(store, run as string, 'done', {}, {});
  };
  await ingest(store, source, 'first', [post('1', 'an old one')]);
  await score();
  const before = await heldNow(store, 'sleep');
  await ingest(store, source, 'second', [post('2', 'a new one'), takenBack]);
  await score();
  const after = await heldNow(store, 'sleep');
  expect(await store.db.selectFrom('record').select('id').execute()).toHaveLength(1);
  expect(readSince(source, before, after)).toEqual({ ...none, received: 2, stored: 1, excluded: 1 });
  expect([scoresSince(before, after), erasedSince(source, before, after)]).toEqual([1, 1]);
  expect([readSince(other, before, after), erasedSince(other, before, after)]).toEqual([none, 0]);
  expect([readSince(source, after, after), scoresSince(after, after)]).toEqual([none, 0]);
});

test('of a batch that goes on, what it has read since is told', async () => {
  const store = await (await storeHome('sqlite')).open();
  await createStudy(store, 'sleep', null);
  const { source } = await addPerson(store, 'sleep', 'anna');
  const { writer } = await openWriter(store, source, 'long');
  const commit = async (firstUnit: number, items: Parsed[]) => writer.commit({ part: 0, firstUnit, counted: unitsOf(items), items });
  await commit(0, [post('1', 'one')]);
  const before = await heldNow(store, 'sleep');
  await commit(1, [post('2', 'two'), post('3', 'three')]);
  expect(readSince(source, before, await heldNow(store, 'sleep'))).toEqual({ ...none, received: 2, stored: 2 });
});
