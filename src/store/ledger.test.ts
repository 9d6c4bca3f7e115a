import { describe, expect, test } from 'vitest';
import { databaseNames, storeHome } from '../../test/support/store-home.ts';
import { addPerson, excluded, ingest, openWriter, post, quarantined, sample, someDay } from '../../test/support/study-data.ts';
import { ledgerRows } from './ledger.ts';
import { checkLedger } from './ledger-check.ts';
import { createStudy } from './studies.ts';

async function studyOfOne(database: (typeof databaseNames)[number]) {
  const home = await storeHome(database);
  const store = await home.open();
  await createStudy(store, 'sleep', null);
  return { store, ...(await addPerson(store, 'sleep', 'anna')) };
}

describe.each(databaseNames)('the ledger on %s', (database) => {
  test('shows each batch by day, the unknown day first', async () => {
    const { store, source } = await studyOfOne(database);
    const batch = await ingest(store, source, 'one', [
      post('1', 'first'),
      post('1', 'first'),
      sample(Date.parse('2026-02-01T00:00:00Z'), 61),
      quarantined('{'),
      excluded('2026-01-31'),
    ]);
    const none = { received: 0, stored: 0, duplicate: 0, quarantined: 0, excluded: 0, erased: 0 };
    const place = { study: 'sleep', source, batch };
    expect(await ledgerRows(store, 'sleep')).toEqual([
      { ...place, day: null, ...none, received: 1, quarantined: 1 },
      { ...place, day: '2026-01-31', ...none, received: 3, stored: 1, duplicate: 1, excluded: 1 },
      { ...place, day: '2026-02-01', ...none, received: 1, stored: 1 },
    ]);
    expect(await checkLedger(store, 'sleep')).toEqual({ balanced: true, batches: 1, recountedFromFile: 0, findings: [] });
  });

  test('shows a batch without units as a row of zeros', async () => {
    const { store, source } = await studyOfOne(database);
    const batch = await ingest(store, source, 'empty');
    const zeros = { received: 0, stored: 0, duplicate: 0, quarantined: 0, excluded: 0, erased: 0 };
    expect(await ledgerRows(store, null)).toEqual([{ study: 'sleep', source, batch, day: null, ...zeros }]);
    expect((await checkLedger(store, null)).balanced).toBe(true);
  });

  test('knows no other study', async () => {
    const { store, source } = await studyOfOne(database);
    await createStudy(store, 'mood', null);
    await ingest(store, source, 'one', [post('1', 'first')]);
    expect(await ledgerRows(store, 'mood')).toEqual([]);
    await expect(ledgerRows(store, 'none')).rejects.toMatchObject({ code: 'unknown-study' });
  });

  test('is kept by the database itself: an update that unbalances it is refused', async () => {
    const { store, source } = await studyOfOne(database);
    const batch = await ingest(store, source, 'one', [post('1', 'first')]);
    await expect(store.db.updateTable('batch').set({ stored: 2 }).where('id', '=', batch).execute()).rejects.toThrow();
    await expect(store.db.updateTable('ledger').set({ received: 0 }).where('batch', '=', batch).execute()).rejects.toThrow();
    await expect(store.db.updateTable('ledger').set({ stored: 2, duplicate: -1 }).where('batch', '=', batch).execute()).rejects.toThrow();
    expect((await checkLedger(store, 'sleep')).balanced).toBe(true);
  });

  test('catches a parser that skips: nothing of the group is stored', async () => {
    const { store, source } = await studyOfOne(database);
    const { batch, writer } = await openWriter(store, source, 'one');
    const seen = [post('1', 'first'), post('2', 'second'), sample(someDay, 60)];
    const skipped = seen.slice(1);
    await expect(writer.commit({ part: 0, firstUnit: 0, counted: seen.length, items: skipped })).rejects.toMatchObject({
      code: 'ledger-unbalanced',
      place: { part: 0, unit: 0 },
    });
    expect(await store.db.selectFrom('record').selectAll().execute()).toEqual([]);
    expect((await ledgerRows(store, 'sleep'))[0]).toMatchObject({ batch: batch.id, received: 0 });
    await writer.commit({ part: 0, firstUnit: 0, counted: seen.length, items: seen });
    expect((await checkLedger(store, 'sleep')).balanced).toBe(true);
  });

  test('says where rows and days do not agree with it', async () => {
    const { store, source } = await studyOfOne(database);
    const batch = await ingest(store, source, 'one', [post('1', 'a'), post('2', 'b'), quarantined('{'), sample(someDay, 60)]);
    await store.db.deleteFrom('quarantine').execute();
    await store.db.deleteFrom('series').execute();
    await store.db.updateTable('ledger').set({ received: 2, stored: 2 }).where('day', '=', '2026-01-31').execute();
    const { balanced, findings } = await checkLedger(store, 'sleep');
    expect(balanced).toBe(false);
    expect(findings).toEqual([
      { batch, what: 'days', expected: 4, found: 3 },
      { batch, what: 'days', expected: 3, found: 2 },
      { batch, what: 'rows-stored', expected: 3, found: 2 },
      { batch, what: 'rows-quarantined', expected: 1, found: 0 },
    ]);
  });

  test('counts the files again; one that has gone or changed leaves it balanced', async () => {
    const { store, source } = await studyOfOne(database);
    const right = await ingest(store, source, 'right', [post('1', 'a'), post('2', 'b')]);
    const wrong = await ingest(store, source, 'wrong', [post('3', 'c')]);
    const gone = await ingest(store, source, 'gone', [post('4', 'd')]);
    const changed = await ingest(store, source, 'changed', [post('5', 'e')]);
    const { writer } = await openWriter(store, source, 'half');
    await writer.commit({ part: 0, firstUnit: 0, counted: 1, items: [post('6', 'f')] });
    const files: Record<string, { counted: number; contentHash: string }> = {
      '/data/right': { counted: 2, contentHash: 'hash of right' },
      '/data/wrong': { counted: 2, contentHash: 'hash of wrong' },
      '/data/changed': { counted: 1, contentHash: 'hash of something else' },
      '/data/half': { counted: 9, contentHash: 'hash of half' },
    };
    const check = await checkLedger(store, 'sleep', async (row, arrival) => {
      expect(row.id).toBe(source);
      return files[arrival.path] ?? null;
    });
    expect(check).toMatchObject({ balanced: false, batches: 5, recountedFromFile: 2 });
    const byBatch = new Map(check.findings.map((finding) => [finding.batch, finding]));
    expect(byBatch.size).toBe(check.findings.length);
    expect(byBatch.get(right)).toBeUndefined();
    expect(byBatch.get(wrong)).toEqual({ batch: wrong, what: 'file-recount', expected: 2, found: 1 });
    expect(byBatch.get(gone)).toEqual({ batch: gone, what: 'file-unavailable', expected: 1, found: 0 });
    expect(byBatch.get(changed)).toEqual({ batch: changed, what: 'file-unavailable', expected: 1, found: 0 });
    const onlyGone = await checkLedger(store, 'sleep', async () => null);
    expect(onlyGone.balanced).toBe(true);
  });
});
