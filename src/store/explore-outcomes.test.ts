import { expect, test } from 'vitest';
import { databaseNames, storeHome } from '../../test/support/store-home.ts';
import { addPerson, excluded, ingest, post } from '../../test/support/study-data.ts';
import { unreadSources } from './explore-outcomes.ts';
import { createStudy } from './studies.ts';

test.each(databaseNames)('a source of whose files none is of its kind is told on %s', async (database) => {
  const store = await (await storeHome(database)).open();
  await createStudy(store, 'sleep', null);
  const unused = { ...excluded(), is: 'excluded', reason: 'file-not-used' } as const;
  const { source } = await addPerson(store, 'sleep', 'anna', 'oura');
  const other = await addPerson(store, 'sleep', 'ben', 'oura');
  await ingest(store, source, 'one', [unused, unused]);
  await ingest(store, source, 'two', [unused]);
  await ingest(store, other.source, 'one', [unused, excluded()]);
  expect(await unreadSources(store, 'sleep')).toEqual([source]);
  await ingest(store, source, 'three', [post('1', 'a')]);
  expect(await unreadSources(store, 'sleep')).toEqual([]);
});
