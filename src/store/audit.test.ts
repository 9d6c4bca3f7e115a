import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { databaseNames } from '../../test/support/store-home.ts';
import { appendAudit, listAudit, verifyAudit } from './audit.ts';
import type { Store } from './open.ts';
import { temporaryStore } from './testing/sample-study.ts';

describe.each(databaseNames)('%s', (database) => {
  let store: Store;
  let remove: () => Promise<void>;
  beforeEach(async () => {
    ({ store, remove } = await temporaryStore(database));
    for (const object of ['a_1', 'a_2', 'a_3']) await appendAudit(store, { actor: 'rea', action: 'alert-open', study: 'sleep', object });
  });
  afterEach(() => remove());

  test('an untouched chain is intact', async () => {
    expect(await verifyAudit(store)).toEqual({ intact: true, rows: 3, firstBad: null, endMissing: false });
    expect((await listAudit(store, 2)).map((row) => row.object)).toEqual(['a_3', 'a_2']);
  });

  test('a row that was changed is found', async () => {
    await store.db.updateTable('audit').set({ actor: 'mallory' }).where('number', '=', 2).execute();
    expect(await verifyAudit(store)).toMatchObject({ intact: false, firstBad: 2 });
  });

  test('a row that was taken out of the middle is found', async () => {
    await store.db.deleteFrom('audit').where('number', '=', 2).execute();
    expect(await verifyAudit(store)).toMatchObject({ intact: false, firstBad: 3 });
  });

  test('rows that were taken off the end are missed', async () => {
    await store.db.deleteFrom('audit').where('number', '>', 1).execute();
    expect(await verifyAudit(store)).toMatchObject({ intact: false, rows: 1, endMissing: true });
    await store.db.deleteFrom('audit').execute();
    expect(await verifyAudit(store)).toMatchObject({ intact: false, rows: 0, endMissing: true });
  });

  test('entries written at once stand one after another', async () => {
    await Promise.all(
      Array.from({ length: 8 }, (_, i) => appendAudit(store, { actor: 'rea', action: 'x', study: null, object: String(i) })),
    );
    expect(await verifyAudit(store)).toMatchObject({ intact: true, rows: 11 });
  });

  test('an entry goes with the transaction it belongs to', async () => {
    const undone = store.db.transaction().execute(async (tx) => {
      await appendAudit(store, { actor: 'rea', action: 'x', study: null, object: null }, tx);
      throw new Error('undone');
    });
    await expect(undone).rejects.toThrow('undone');
    expect(await verifyAudit(store)).toMatchObject({ intact: true, rows: 3 });
  });
});
