import { expect, test } from 'vitest';
import type { StoredRecord } from '../../schema/records.ts';
import { storeHome } from '../../test/support/store-home.ts';
import { addPerson, openWriter, post } from '../../test/support/study-data.ts';
import { unpackRows } from './packed-rows.ts';
import { RecordRows, recordColumns } from './record-rows.ts';
import { openRecord } from './records.ts';
import { createStudy } from './studies.ts';
import { withWriterThread } from './writer-thread.ts';

async function person() {
  const home = await storeHome('sqlite');
  const store = await home.open();
  await createStudy(store, 'sleep', null);
  return { store, ...(await addPerson(store, 'sleep', 'anna')) };
}

function recordsOf(count: number): StoredRecord[] {
  return Array.from({ length: count }, (_, i) => {
    const item = post(String(i), `${'long '.repeat(i % 300)}😀 ${i}`);
    if (item.is !== 'record' || item.record.type !== 'post') throw new Error('no post');
    const { id, time, version } = item.record;
    return i % 7 === 6 ? { type: 'self-report', id, instrument: 'phq', item: 'a', time, value: i, version } : item.record;
  });
}

test('rows come out of their columns as they went in, packed or one by one', async () => {
  const { store, source } = await person();
  const { owner } = await openWriter(store, source, 'first');
  const records = recordsOf(100);
  const rows = new RecordRows(owner, 1, { rows: 0, bytes: 0 });
  for (const record of records) rows.add(record);
  const one = records.map((_, i) => rows.row(i));
  expect(one.map((row) => openRecord(owner.key, row))).toEqual(records);
  expect(one.map((row) => row.input_id === null)).toEqual(records.map((record) => record.type !== 'post'));
  expect(new Set(one.map((row) => row.id)).size).toBe(100);
  expect(one.every((row) => /^[0-9a-f]{32}$/.test(row.id))).toBe(true);
  const packed = Array.from(unpackRows(rows.packed()), (values) => Object.fromEntries(recordColumns.map((name, c) => [name, values[c]])));
  expect(packed).toEqual(one);
});

test('rows that another thread writes are the same', async () => {
  const { store, source } = await person();
  const records = recordsOf(3000);
  await withWriterThread(store, async (threaded) => {
    const { writer } = await openWriter(threaded, source, 'first');
    records.forEach((record, unit) => {
      writer.take(0, { is: 'record', units: 1, end: unit + 1, day: record.time.day, record }, unit);
    });
    await writer.commit({ part: 0, firstUnit: 0, counted: 3000, items: [] });
  });
  const { owner } = await openWriter(store, source, 'first');
  const stored = await store.db.selectFrom('record').selectAll().orderBy('time_ms').execute();
  const found = new Map(stored.map((row) => [openRecord(owner.key, row).id, openRecord(owner.key, row)]));
  expect(records.map((record) => found.get(record.id))).toEqual(records);
});
