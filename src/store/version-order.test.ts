import { describe, expect, test } from 'vitest';
import { migrations } from '../../migrations/index.ts';
import type { Parsed } from '../../schema/source.ts';
import { copyKeyFile, databaseNames, type StoreHome, storeHome } from '../../test/support/store-home.ts';
import { addPerson, ingest, post, scorePosts } from '../../test/support/study-data.ts';
import { recordsAsOf } from './as-of.ts';
import { contentHash } from './content-hash.ts';
import { connect, migrate } from './database.ts';
import type { Store } from './open.ts';
import { openRecord } from './records.ts';
import { createStudy } from './studies.ts';
import type { Tables } from './tables.ts';

/** In the order of bytes; in that of a language `a` stands before `B`, and a hyphen is often passed over. */
const [earlier, later] = ['B', 'a'];

/** A home whose store was made before versions had an order of their own. */
async function madeBefore(home: StoreHome): Promise<void> {
  const { db } = connect<Tables>(home.address.store);
  const steps = Object.entries(migrations).filter(([name]) => name < '20261130');
  await migrate(db, Object.fromEntries(steps));
  await db.destroy();
}

async function texts(store: Store, ids: { id: string }[]): Promise<string[]> {
  const rows = await store.db
    .selectFrom('record')
    .selectAll()
    .where(
      'id',
      'in',
      ids.map(({ id }) => id),
    )
    .execute();
  return Promise.all(rows.map(async (row) => (openRecord(await store.keys.key(row.participant), row) as { text: string }).text));
}

async function filled(home: StoreHome) {
  const store = await home.open();
  await createStudy(store, 'sleep', null);
  const person = await addPerson(store, 'sleep', 'anna');
  const stated = (id: string, text: string, version: string): Parsed => ({ ...post(id, text), exported: version });
  await ingest(store, person.source, 'one', [stated('1', 'later', later), post('2', 'first')]);
  await ingest(store, person.source, 'two', [stated('1', 'earlier', earlier)]);
  await ingest(store, person.source, 'three', [stated('3', 'same', later), stated('3', 'other', earlier)]);
  await ingest(store, person.source, 'four', [stated('3', 'other', later.repeat(2)), stated('3', 'same', later)]);
  return { store, ...person };
}

describe.each(databaseNames)('versions on %s', (database) => {
  test.each([
    ['new', async () => {}],
    ['older', madeBefore],
  ])('have the order of their bytes in a store that is %s', async (_, prepare) => {
    const home = await storeHome(database);
    await prepare(home);
    const { store, participant } = await filled(home);
    const known = await recordsAsOf(store, 'sleep', { at: '9999' }, { page: 1, size: 10 });
    expect((await texts(store, known)).sort()).toEqual(['first', 'later', 'other']);

    await scorePosts(store, 'sleep', [], '');
    const scored = await store.db.selectFrom('score').select('record as id').where('participant', '=', participant).execute();
    expect((await texts(store, scored as { id: string }[])).sort()).toEqual(['first', 'later', 'other']);
  });

  test('go up to that of a deletion, and one deletion takes the place of an earlier one', async () => {
    const { store, source } = await filled(await storeHome(database));
    const deletion = (recordId: string, at: string): Parsed => {
      return { is: 'deletion', units: 1, end: 0, day: '2026-01-31', type: 'post', recordId, at };
    };
    await ingest(store, source, 'taken back', [deletion('1', earlier), deletion('2', earlier), deletion('2', later)]);
    const left = await store.db.selectFrom('record').select('id').execute();
    expect((await texts(store, left)).sort()).toEqual(['later', 'other', 'same']);
    const at = await store.db.selectFrom('deletion').select('at').orderBy('at').execute();
    expect(at.map((row) => row.at)).toEqual([earlier, later]);
  });
});

test('equal versions give equal content on both databases', async () => {
  const one = await storeHome('sqlite');
  const two = await storeHome('postgres');
  const { store } = await filled(one);
  copyKeyFile(one, two);
  const { store: other } = await filled(two);
  for (const each of [store, other]) await scorePosts(each, 'sleep', [], '');
  expect(await contentHash(other, 'sleep')).toBe(await contentHash(store, 'sleep'));
});
