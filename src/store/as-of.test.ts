import { describe, expect, test } from 'vitest';
import { databaseNames, storeHome } from '../../test/support/store-home.ts';
import { addPerson, ingest, post } from '../../test/support/study-data.ts';
import { countAsOf, recordsAsOf } from './as-of.ts';
import type { Store } from './open.ts';
import { openRecord } from './records.ts';
import { createStudy } from './studies.ts';

const page = { page: 1, size: 100 };

async function texts(store: Store, at: string): Promise<string[]> {
  const rows = await recordsAsOf(store, 'sleep', { at }, page);
  expect(await countAsOf(store, 'sleep', { at })).toBe(rows.length);
  return Promise.all(rows.map(async (row) => (openRecord(await store.keys.key(row.participant), row) as { text: string }).text));
}

/** Has every batch arrive on a day of its own. */
async function arrived(store: Store, batch: string, day: number): Promise<string> {
  const at = `2026-03-${String(day).padStart(2, '0')}T00:00:00.000Z`;
  await store.db.updateTable('batch').set({ arrived_at: at }).where('id', '=', batch).execute();
  await store.db.updateTable('restatement').set({ at }).where('at', '>', '2026-04').execute();
  return at;
}

describe.each(databaseNames)('records as of a moment on %s', (database) => {
  test('a value that comes back is the newest again, by the order in which it was stated', async () => {
    const store = await (await storeHome(database)).open();
    await createStudy(store, 'sleep', null);
    const { source } = await addPerson(store, 'sleep', 'anna');
    const other = post('2', 'stays');
    const moments: string[] = [];
    for (const [i, text] of ['a', 'b', 'a', 'a', 'c', 'b'].entries()) {
      moments.push(await arrived(store, await ingest(store, source, `file ${i}`, [post('1', text), other]), i + 1));
    }
    const known = await Promise.all(moments.map((at) => texts(store, at)));
    expect(known.map((list) => list.toSorted())).toEqual(['a', 'b', 'a', 'a', 'c', 'b'].map((text) => [text, 'stays']));
    expect(await texts(store, '2026-02-28T23:59:59.999Z')).toEqual([]);
  });

  test('within one arrival too; and a version that the source states wins, whenever it came', async () => {
    const store = await (await storeHome(database)).open();
    await createStudy(store, 'sleep', null);
    const { source } = await addPerson(store, 'sleep', 'anna');
    const stated = { version: '2026-02-01T00:00:00.000Z' };
    const first = await arrived(store, await ingest(store, source, 'one', [post('1', 'a'), post('1', 'b'), post('1', 'a')]), 1);
    const second = await arrived(store, await ingest(store, source, 'two', [post('1', 'stated', stated)]), 2);
    const third = await arrived(store, await ingest(store, source, 'three', [post('1', 'b')]), 3);
    expect(await Promise.all([first, second, third].map((at) => texts(store, at)))).toEqual([['a'], ['stated'], ['stated']]);
  });

  test('a record without a version of its own has the last export that stated it, of those that had come', async () => {
    const store = await (await storeHome(database)).open();
    await createStudy(store, 'sleep', null);
    const { source } = await addPerson(store, 'sleep', 'anna');
    const made = (day: number) => `2026-02-0${day}T00:00:00.000Z`;
    const own = post('3', 'own', { version: made(9) });
    const moments: string[] = [];
    // The day on which each export was made, in the order in which they arrive, and what it says of post 1.
    for (const [i, [day, text]] of (
      [
        [2, 'a'],
        [1, 'a'],
        [4, 'a'],
        [6, 'b'],
        [8, 'b'],
      ] as const
    ).entries()) {
      const items = [post('1', text), post('2', 'stays')].map((item) => ({ ...item, exported: made(day) }));
      moments.push(await arrived(store, await ingest(store, source, `file ${i}`, [...items, own]), i + 1));
      const rows = await recordsAsOf(store, 'sleep', { at: moments[i] as string }, page);
      const last = made([2, 2, 4, 6, 8][i] as number);
      expect(rows.map(({ version }) => version).sort()).toEqual([last, last, made(9)]);
    }
    const versions = async (at: string) => (await recordsAsOf(store, 'sleep', { at }, page)).map(({ version }) => version).sort();
    expect(await versions('9999')).toEqual([made(8), made(8), made(9)]);
    // Nothing is told as known that had not come yet.
    expect(await versions(moments[0] as string)).toEqual([made(2), made(2), made(9)]);
    expect(await versions(moments[3] as string)).toEqual([made(2), made(6), made(9)]);
  });
});
