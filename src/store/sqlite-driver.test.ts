import { randomBytes } from 'node:crypto';
import Database from 'better-sqlite3';
import { Kysely, sql } from 'kysely';
import { expect, test } from 'vitest';
import { toFailure } from '../../activities/run-job.ts';
import { AfferentError, toAfferentError } from '../../schema/errors.ts';
import { storeHome } from '../../test/support/store-home.ts';
import { addPerson, openWriter, post } from '../../test/support/study-data.ts';
import { startWriter } from '../../test/support/writer.ts';
import { checkLedger } from './ledger-check.ts';
import { forgetOldPages } from './old-pages.ts';
import { sqliteDialect } from './sqlite-driver.ts';
import { createStudy } from './studies.ts';
import type { Tables } from './tables.ts';

async function person() {
  const home = await storeHome('sqlite');
  const store = await home.open();
  await createStudy(store, 'sleep', null);
  return { home, store, ...(await addPerson(store, 'sleep', 'anna')) };
}

test('connections that read and then write at once all commit', async () => {
  const { home, store, source } = await person();
  const writers = ['one', 'two', 'three'].map((arrival) => startWriter(home.address, source, arrival, 60));
  const ends = await Promise.all(writers.map((writer) => writer.ended));
  expect(ends).toEqual(ends.map(() => ({ is: 'ended', committed: 60, error: null })));
  expect(await checkLedger(store, 'sleep')).toMatchObject({ balanced: true, batches: 3 });
});

test('a transaction waits for one of the same thread without stopping it', async () => {
  const { home, store, source } = await person();
  const other = await home.open();
  const writers = [await openWriter(store, source, 'one'), await openWriter(other, source, 'two')];
  await Promise.all(
    writers.map(async ({ writer }) => {
      for (let unit = 0; unit < 20; unit++) await writer.commit({ part: 0, firstUnit: unit, counted: 1, items: [post(`${unit}`, 'x')] });
    }),
  );
  expect(await store.db.selectFrom('record').select('id').execute()).toHaveLength(20);
});

test('who waits in vain for another writer is told so, and goes on after it', async () => {
  const { home } = await person();
  const path = home.address.store.slice('sqlite:'.length);
  const db = new Kysely<Tables>({ dialect: sqliteDialect(path, 120) });
  const meta = (key: string) => ({ key, value: 'x' });
  const writing = new Database(path);
  writing.exec('begin immediate');
  const busy = { code: 'store-busy', hint: expect.stringContaining('again') };
  await expect(db.insertInto('meta').values(meta('one')).execute()).rejects.toMatchObject(busy);
  await expect(db.transaction().execute((tx) => tx.insertInto('meta').values(meta('one')).execute())).rejects.toMatchObject(busy);
  expect(await forgetOldPages(db, { name: 'sqlite', maxValues: 1 }, [])).toBe(false);
  writing.exec('commit');
  writing.close();
  await db.transaction().execute((tx) => tx.insertInto('meta').values(meta('one')).execute());
  await db.destroy();
});

test('it is no fault that activities end with: they try again', () => {
  expect(toFailure(new AfferentError('store-busy'), 100).nonRetryable).toBe(false);
});

test('a full disk ends the command, and the same goes on where there is room again', async () => {
  const { store, source } = await person();
  const { writer } = await openWriter(store, source, 'one');
  const pages = (most: number) => sql`pragma max_page_count = ${sql.raw(`${most}`)}`.execute(store.db);
  const commit = (unit: number) =>
    writer.commit({ part: 0, firstUnit: unit, counted: 1, items: [post(`${unit}`, randomBytes(50_000).toString('hex'))] });
  await commit(0);
  await pages(1); // no more than there are
  const fault = toAfferentError(await commit(1).catch((thrown: unknown) => thrown));
  expect(fault.code).toBe('disk-full');
  expect(toFailure(fault).nonRetryable).toBe(true);
  await pages(1_000_000);
  await commit(1);
  expect(await checkLedger(store, 'sleep')).toMatchObject({ balanced: true });
  expect(await store.db.selectFrom('record').select('id').execute()).toHaveLength(2);
});

test('a review waits for room on the disk: it must not end', () => {
  expect(toFailure(new AfferentError('disk-full'), 100, true).nonRetryable).toBe(false);
});

test('one that only reads sees one moment and holds up nobody', async () => {
  const { home, store, source } = await person();
  const other = await home.open();
  const { writer } = await openWriter(other, source, 'one');
  await store.db
    .transaction()
    .setAccessMode('read only')
    .execute(async (tx) => {
      expect(await tx.selectFrom('record').select('id').execute()).toEqual([]);
      await writer.commit({ part: 0, firstUnit: 0, counted: 1, items: [post('1', 'x')] });
      expect(await tx.selectFrom('record').select('id').execute()).toEqual([]);
    });
  expect(await store.db.selectFrom('record').select('id').execute()).toHaveLength(1);
});

test('foreign keys, the write-ahead log and overwriting of what is deleted are on', async () => {
  const { home } = await person();
  const path = home.address.store.slice('sqlite:'.length);
  const db = new Kysely({ dialect: sqliteDialect(path) });
  for (const [name, value] of [
    ['foreign_keys', 1],
    ['journal_mode', 'wal'],
    ['secure_delete', 1],
  ] as const) {
    const { rows } = await sql<Record<string, unknown>>`pragma ${sql.raw(name)}`.execute(db);
    expect(rows[0]?.[name]).toBe(value);
  }
  await db.destroy();
});
