import { describe, expect, test } from 'vitest';
import { databaseNames, filesHolding, storeHome } from '../../test/support/store-home.ts';
import {
  addPerson,
  block,
  excluded,
  ingest,
  moment,
  openWriter,
  post,
  quarantined,
  sample,
  someDay,
} from '../../test/support/study-data.ts';
import { noteDrift } from './drift.ts';
import { ledgerRows } from './ledger.ts';
import { checkLedger } from './ledger-check.ts';
import type { Store } from './open.ts';
import { openRecord } from './records.ts';
import { unseal } from './seal.ts';
import { decodeRegular, decodeSamples } from './series-codec.ts';
import { createStudy } from './studies.ts';

async function person(database: (typeof databaseNames)[number]) {
  const home = await storeHome(database);
  const store = await home.open();
  await createStudy(store, 'sleep', null);
  return { home, store, ...(await addPerson(store, 'sleep', 'anna')) };
}

/** stored, duplicate, quarantined, excluded of a batch. */
async function outcomes(store: Store, batch: string): Promise<number[]> {
  const row = await store.db.selectFrom('batch').selectAll().where('id', '=', batch).executeTakeFirstOrThrow();
  expect((await checkLedger(store, null)).findings).toEqual([]);
  return [row.stored, row.duplicate, row.quarantined, row.excluded];
}

describe.each(databaseNames)('the commit path on %s', (database) => {
  test('stores a record once, within a group, between groups and between arrivals', async () => {
    const { store, source } = await person(database);
    const [a, b, c] = [post('1', 'one'), post('2', 'two'), post('3', 'three')];
    expect(await outcomes(store, await ingest(store, source, 'first', [a, a, b], [b, c]))).toEqual([3, 2, 0, 0]);
    expect(await outcomes(store, await ingest(store, source, 'second', [c, b, a]))).toEqual([0, 3, 0, 0]);
  });

  test('stores each version of a record, sealed and readable again', async () => {
    const { store, source, participant } = await person(database);
    const text = 'Zeile\nmit 😀 und \ud800';
    const versions = [
      post('1', 'one'),
      post('1', 'one, corrected', { version: '2026-02-01T00:00:00.000Z' }),
      post('1', text, { version: '2026-02-02T00:00:00.000Z' }),
      post('1', 'another without a time of its version'),
    ];
    expect(await outcomes(store, await ingest(store, source, 'first', versions))).toEqual([4, 0, 0, 0]);
    const rows = await store.db.selectFrom('record').selectAll().execute();
    expect(new Set(rows.map((row) => row.record_key)).size).toBe(1);
    expect(new Set(rows.map((row) => row.input_id)).size).toBe(4);
    const key = await store.keys.key(participant);
    const records = rows.map((row) => openRecord(key, row));
    expect(records).toEqual(expect.arrayContaining(versions.map((item) => (item.is === 'record' ? item.record : null))));
  });

  test('knows a record again whose row an earlier version named otherwise, and restates it under that name', async () => {
    const { store, source } = await person(database);
    await ingest(store, source, 'first', [post('1', 'one')]);
    const old = 'f'.repeat(32);
    await store.db.updateTable('record').set({ id: old }).execute();
    expect(await outcomes(store, await ingest(store, source, 'second', [post('1', 'one')]))).toEqual([0, 1, 0, 0]);
    expect(await outcomes(store, await ingest(store, source, 'third', [post('1', 'two'), post('1', 'one')]))).toEqual([1, 1, 0, 0]);
    const restated = await store.db.selectFrom('restatement').select(['number', 'record']).orderBy('number').execute();
    expect(restated).toMatchObject([{ number: 1 }, { number: 2, record: old }]);
  });

  test('what was taken in one by one is committed as one group', async () => {
    const { store, source } = await person(database);
    const { writer, batch } = await openWriter(store, source, 'first');
    const items = [post('1', 'one'), excluded('2026-01-31'), quarantined('{"id": 2,'), post('1', 'one'), post('2', 'two')];
    for (const [unit, item] of items.entries()) writer.take(0, item, unit);
    const { total } = await writer.commit({ part: 0, firstUnit: 0, counted: 5, items: [] });
    expect(total).toMatchObject({ stored: 2, duplicate: 1, quarantined: 1, excluded: 1 });
    writer.take(0, post('2', 'two'), 5);
    expect((await writer.commit({ part: 0, firstUnit: 5, counted: 1, items: [] })).total).toMatchObject({ stored: 0, duplicate: 1 });
    expect(await outcomes(store, batch.id)).toEqual([2, 2, 1, 1]);
    expect(await store.db.selectFrom('quarantine').select('unit').execute()).toEqual([{ unit: 2 }]);
  });

  test('of two people who post the same, each has their own record and input', async () => {
    const { store, source } = await person(database);
    const other = await addPerson(store, 'sleep', 'bert');
    await ingest(store, source, 'one', [post('1', 'good morning')]);
    await ingest(store, other.source, 'one', [post('1', 'good morning')]);
    const rows = await store.db.selectFrom('record').select(['id', 'input_id', 'content_key']).execute();
    expect(new Set(rows.map((row) => row.id)).size).toBe(2);
    expect(new Set(rows.map((row) => row.input_id)).size).toBe(2);
  });

  test('stores no sample twice when exports overlap', async () => {
    const { store, source, participant } = await person(database);
    const at = (minute: number) => sample(someDay + minute * 60_000, 60 + minute);
    expect(await outcomes(store, await ingest(store, source, 'first', [at(0), at(1), at(1)], [at(1), at(2)]))).toEqual([3, 2, 0, 0]);
    expect(await outcomes(store, await ingest(store, source, 'second', [at(2), at(3)], [at(0), at(4)]))).toEqual([2, 2, 0, 0]);
    const key = await store.keys.key(participant);
    const rows = await store.db.selectFrom('series').selectAll().execute();
    const values = rows.flatMap((row) => [...decodeSamples(unseal(key, `series|${row.id}`, row.body)).value]);
    expect(values.sort()).toEqual([60, 61, 62, 63, 64]);
  });

  test('knows a sample again when a later export states it under another offset, and so under another day', async () => {
    const { store, source } = await person(database);
    const utc = '2026-03-01T23:30:00.000Z';
    const under = (offset: number) => {
      const day = new Date(Date.parse(utc) + offset * 60_000).toISOString().slice(0, 10);
      return { ...sample(Date.parse(utc), 60, { time: { utc, offset, zone: 'stated', day } }), day };
    };
    expect(under(0).day).not.toBe(under(60).day);
    expect(await outcomes(store, await ingest(store, source, 'winter', [under(0)]))).toEqual([1, 0, 0, 0]);
    expect(await outcomes(store, await ingest(store, source, 'summer', [under(60)]))).toEqual([0, 1, 0, 0]);
  });

  test('knows a sample again whose zone was declared after it was stored', async () => {
    const { store, source } = await person(database);
    const steps = (zone: 'stated' | 'declared', more = 0) =>
      Array.from({ length: 3 + more }, (_, i) => {
        const time = { ...moment(someDay + i * 60_000), zone };
        return sample(someDay + i * 60_000, 10, { signal: 'steps', unit: '1', time });
      });
    expect(await outcomes(store, await ingest(store, source, 'one', steps('stated')))).toEqual([3, 0, 0, 0]);
    expect(await outcomes(store, await ingest(store, source, 'two', steps('declared', 1)))).toEqual([1, 3, 0, 0]);
    expect(await outcomes(store, await ingest(store, source, 'three', steps('declared', 2), steps('stated', 1)))).toEqual([1, 8, 0, 0]);
  });

  test('stores the new parts of recordings that overlap', async () => {
    const { store, source, participant } = await person(database);
    expect(await outcomes(store, await ingest(store, source, 'first', [block(4, [4, 5, 6, 7])], [block(10, [10, 11])]))).toEqual([
      6, 0, 0, 0,
    ]);
    const all = Array.from({ length: 14 }, (_, i) => i);
    expect(await outcomes(store, await ingest(store, source, 'second', [block(0, all)]))).toEqual([8, 6, 0, 0]);
    const key = await store.keys.key(participant);
    const rows = await store.db.selectFrom('series').selectAll().orderBy('first').execute();
    expect(rows.flatMap((row) => [...decodeRegular(unseal(key, `series|${row.id}`, row.body)).values])).toEqual(all);
    expect(rows[0]).toMatchObject({ start_ms: someDay, end_ms: someDay + 1000, session_ms: someDay, rate: 4 });
  });

  test('quarantines what contradicts a stored recording, and keeps what was there', async () => {
    const { store, source, participant } = await person(database);
    await ingest(store, source, 'first', [block(2, [2, 3])]);
    const batch = await ingest(store, source, 'second', [block(0, [0, 1, 2, 99, 4])]);
    expect(await outcomes(store, batch)).toEqual([3, 0, 2, 0]);
    const row = await store.db.selectFrom('quarantine').selectAll().executeTakeFirstOrThrow();
    expect(row).toMatchObject({ reason: 'conflicts-with-stored', units: 2, unit: 2, part: 0, batch });
    const raw = unseal(await store.keys.key(participant), `quarantine|${row.id}`, row.raw);
    expect([...new Float32Array(Uint8Array.from(raw).buffer)]).toEqual([2, 99]);
  });

  test('keeps what cannot be read with its reason and place; the same broken unit again is a duplicate', async () => {
    const { store, source, participant } = await person(database);
    const batch = await ingest(
      store,
      source,
      'first',
      [post('1', 'one'), quarantined('{"id": 2,'), excluded('2026-01-31')],
      [quarantined('')],
    );
    expect(await outcomes(store, batch)).toEqual([1, 0, 2, 1]);
    expect(await outcomes(store, await ingest(store, source, 'second', [quarantined('{"id": 2,')]))).toEqual([0, 1, 0, 0]);
    const rows = await store.db.selectFrom('quarantine').selectAll().orderBy('unit').execute();
    expect(rows.map(({ unit, reason, day }) => ({ unit, reason, day }))).toEqual([
      { unit: 1, reason: 'not-json', day: '' },
      { unit: 3, reason: 'not-json', day: '' },
    ]);
    const [first] = rows;
    expect(unseal(await store.keys.key(participant), `quarantine|${first?.id}`, first?.raw as Buffer).toString()).toBe('{"id": 2,');
    const reasons = await store.db.selectFrom('outcome_reason').selectAll().where('batch', '=', batch).orderBy('outcome').execute();
    expect(reasons).toEqual([
      { batch, outcome: 'excluded', reason: 'repost', units: 1 },
      { batch, outcome: 'quarantined', reason: 'not-json', units: 2 },
    ]);
  });

  test('refuses a writer whose cursor is stale, so that no group is written twice', async () => {
    const { store, source } = await person(database);
    const late = await openWriter(store, source, 'first');
    const { writer } = await openWriter(store, source, 'first');
    const group = { part: 0, firstUnit: 0, counted: 1, items: [post('1', 'one')] };
    await writer.commit(group);
    await expect(late.writer.commit(group)).rejects.toMatchObject({ code: 'stale-writer' });
    await writer.endPart(0);
    await expect(writer.commit({ ...group, firstUnit: 1 })).rejects.toMatchObject({ code: 'stale-writer' });
    const [row] = await ledgerRows(store, 'sleep');
    expect(row).toMatchObject({ received: 1, stored: 1, duplicate: 0 });
  });

  test('remembers nothing of a group that failed', async () => {
    const { store, source } = await person(database);
    const { writer, batch } = await openWriter(store, source, 'first');
    const items = [sample(someDay, 60), sample(someDay + 1000, 61)];
    await expect(writer.commit({ part: 0, firstUnit: 0, counted: 3, items })).rejects.toMatchObject({ code: 'ledger-unbalanced' });
    const tally = await writer.commit({ part: 0, firstUnit: 0, counted: 2, items });
    expect(tally.total).toEqual({ stored: 2, duplicate: 0, quarantined: 0, excluded: 0, erased: 0 });
    expect(await outcomes(store, batch.id)).toEqual([2, 0, 0, 0]);
  });

  test('an interrupted batch goes on from its cursor', async () => {
    const { store, source } = await person(database);
    const { writer, batch } = await openWriter(store, source, 'first');
    await writer.commit({ part: 0, firstUnit: 0, counted: 2, items: [post('1', 'one'), post('2', 'two')] });
    await store.db.updateTable('batch').set({ state: 'cancelled' }).where('id', '=', batch.id).execute();
    const again = await openWriter(store, source, 'first');
    expect(again.batch).toMatchObject({ id: batch.id, state: 'open', cursor_part: 0, cursor_unit: 2 });
  });

  test('writes groups larger than a statement can bind', async () => {
    const { store, source } = await person(database);
    const items = Array.from({ length: 6000 }, (_, i) => post(String(i), `post ${i}`));
    const batch = await ingest(store, source, 'large', items);
    expect(await outcomes(store, batch)).toEqual([6000, 0, 0, 0]);
  });

  test('keeps outside names that the parser did not know sealed', async () => {
    const { store, source, participant } = await person(database);
    const { owner } = await openWriter(store, source, 'first');
    await noteDrift(store, owner, 1, [{ kind: 'unknown-field', name: 'nickname' }]);
    await noteDrift(store, owner, 1, [{ kind: 'unknown-field', name: 'nickname' }]);
    const rows = await store.db.selectFrom('drift').selectAll().execute();
    expect(rows).toHaveLength(1);
    const [row] = rows;
    const key = await store.keys.key(participant);
    expect(unseal(key, `drift|${owner.source}|${row?.name_key}`, row?.name as Buffer).toString()).toBe('nickname');
  });
});

test('no file of a home holds what was written or who it is of', async () => {
  const { home, store, source } = await person('sqlite');
  const canary = 'canary-4f2a and enough more of it that the row is deflated: '.repeat(20);
  await ingest(
    store,
    source,
    'canary-name',
    [post('canary-id', canary), quarantined(`{"text": "${canary}`)],
    [sample(someDay, 60, { device: 'canary-device' })],
  );
  expect(filesHolding(home.folder, ['sleep'])).not.toEqual([]);
  expect(filesHolding(home.folder, ['canary', 'anna'])).toEqual([]);
});
