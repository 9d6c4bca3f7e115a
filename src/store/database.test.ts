import { sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import { describe, expect, test } from 'vitest';
import { columnTypes } from '../../migrations/column-types.ts';
import { migrations } from '../../migrations/index.ts';
import { databaseNames, storeHome } from '../../test/support/store-home.ts';
import { addPerson, ingest, post, quarantined, sample, scorePosts, someDay } from '../../test/support/study-data.ts';
import { contentHash } from './content-hash.ts';
import { appliedSteps, connect, migrate, tableNames } from './database.ts';
import { checkLedger } from './ledger-check.ts';
import { openStore } from './open.ts';
import { createStudy } from './studies.ts';
import type { Tables } from './tables.ts';

/** What a later version may do: a column with a default, and a table filled from the rows that are there. */
const later: Migration = {
  async up(db) {
    const { big } = columnTypes(db);
    await db.schema
      .alterTable('record')
      .addColumn('seen', big, (c) => c.notNull().defaultTo(7))
      .execute();
    await db.schema
      .createTable('shelf')
      .addColumn('record', 'text', (c) => c.primaryKey().references('record.id'))
      .execute();
    await sql`insert into shelf select id from record`.execute(db);
  },
};
const broken: Migration = {
  async up(db) {
    await later.up(db);
    await sql`insert into nowhere values (1)`.execute(db);
  },
};

async function filledStore(database: (typeof databaseNames)[number]) {
  const home = await storeHome(database);
  const store = await home.open();
  await createStudy(store, 'sleep', null);
  const { source, participant } = await addPerson(store, 'sleep', 'anna');
  await ingest(store, source, 'one', [post('1', 'one'), post('2', 'two'), quarantined('{'), sample(someDay, 60)]);
  await scorePosts(store, 'sleep', [participant], 'note');
  return { home, store };
}

describe.each(databaseNames)('migrations on %s', (database) => {
  test('go up on a database with rows without losing one', async () => {
    const { home, store } = await filledStore(database);
    const before = { hash: await contentHash(store, 'sleep'), ledger: await checkLedger(store, null) };
    await migrate(store.db, { ...migrations, '29990101T0000_later': later });
    expect({ hash: await contentHash(store, 'sleep'), ledger: await checkLedger(store, null) }).toEqual(before);
    const { rows } = await sql<{ n: number }>`select sum(record.seen) as n from shelf join record on record.id = shelf.record`.execute(
      store.db,
    );
    expect(Number(rows[0]?.n)).toBe(14);
    await store.close();
    await expect(openStore(home.address)).rejects.toMatchObject({ code: 'store-newer' });
  });

  test('leave nothing behind when they fail', async () => {
    const { home, store } = await filledStore(database);
    const before = { tables: (await tableNames(store.db)).sort(), hash: await contentHash(store, 'sleep') };
    await expect(migrate(store.db, { ...migrations, '29990101T0000_broken': broken })).rejects.toThrow();
    expect({ tables: (await tableNames(store.db)).sort(), hash: await contentHash(store, 'sleep') }).toEqual(before);
    await expect(sql`select seen from record`.execute(store.db)).rejects.toThrow();
    await store.close();
    expect(await contentHash(await home.open(), 'sleep')).toBe(before.hash);
  });

  test('leave a new database empty when the first fails', async () => {
    const home = await storeHome(database);
    const { db } = connect<Tables>(home.address.store);
    const spine = migrations['20261123T1800_spine'] as Migration;
    const first: Migration = {
      async up(inner) {
        await spine.up(inner);
        await sql`insert into nowhere values (1)`.execute(inner);
      },
    };
    await expect(migrate(db, { '20261123T1800_spine': first })).rejects.toThrow();
    expect((await tableNames(db)).filter((name) => !name.startsWith('kysely_'))).toEqual([]);
    await db.destroy();
    await expect(home.open()).resolves.toBeDefined();
  });

  test('go up from each earlier version to the same tables', async () => {
    const steps = Object.entries(migrations);
    const whole = new Set(await tableNames((await (await storeHome(database)).open()).db));
    for (let count = 1; count < steps.length; count++) {
      const home = await storeHome(database);
      const { db } = connect<Tables>(home.address.store);
      await migrate(db, Object.fromEntries(steps.slice(0, count)));
      await migrate(db);
      expect(new Set(await tableNames(db)), `${count} steps`).toEqual(whole);
      expect(await appliedSteps(db)).toEqual(Object.keys(migrations));
      await db.destroy();
    }
  });

  test('run once when several open a new store at once', async () => {
    const home = await storeHome(database);
    const [one, two] = await Promise.all([home.open(), home.open(), home.open(), home.open()]);
    await createStudy(one, 'sleep', null);
    await expect(createStudy(two, 'sleep', null)).rejects.toMatchObject({ code: 'study-exists' });
  });
});
