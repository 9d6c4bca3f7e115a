import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Event } from '../../schema/records.ts';
import type { Parsed } from '../../schema/source.ts';
import { copyKeyFile, databaseNames, storeHome } from '../../test/support/store-home.ts';
import { addPerson, ingest, moment, openWriter, post, scorePosts, someDay } from '../../test/support/study-data.ts';
import { recordsAsOf } from './as-of.ts';
import { contentHash } from './content-hash.ts';
import { checkLedger } from './ledger-check.ts';
import type { Store } from './open.ts';
import { openRecord } from './records.ts';
import { finishRun } from './runs.ts';
import { createStudy } from './studies.ts';

const made = (day: number) => `2026-02-0${day}T00:00:00.000Z`;
/** An export of that day: post 1 as it is given, and another that never changes. */
const archive = (day: number, text: string): Parsed[] =>
  [post('1', text), post('2', 'stays')].map((item) => ({ ...item, exported: made(day) }));

function summary(day: number, steps: number): Parsed {
  const time = moment(someDay);
  const values = { steps: { value: steps, unit: '1' } };
  const record: Event = { type: 'event', id: 'activity', event: 'summary', time, end: null, values, device: null, version: null };
  return { is: 'record', units: 1, end: 0, day: time.day, record, exported: made(day) };
}

/** Stored and duplicate of each archive, and what post 1 says in the end. */
async function counted(store: Store, source: string, arrivals: readonly Parsed[][]) {
  const counts: string[] = [];
  const { length } = await store.db.selectFrom('batch').select('id').execute();
  for (const [i, items] of arrivals.entries()) {
    const batch = await ingest(store, source, `archive ${length + i}`, items);
    const row = await store.db.selectFrom('batch').selectAll().where('id', '=', batch).executeTakeFirstOrThrow();
    counts.push(`${row.stored} ${row.duplicate}`);
  }
  expect((await checkLedger(store, null)).findings).toEqual([]);
  return counts;
}

async function newest(store: Store): Promise<unknown[]> {
  const rows = await recordsAsOf(store, 'sleep', { at: '9999' }, { page: 1, size: 100 });
  const records = await Promise.all(rows.map(async (row) => openRecord(await store.keys.key(row.participant), row)));
  return records.map((record) => (record.type === 'post' ? record.text : record.type === 'event' ? record.values.steps?.value : '')).sort();
}

async function study(database: (typeof databaseNames)[number]) {
  const store = await (await storeHome(database)).open();
  await createStudy(store, 'sleep', null);
  return { store, ...(await addPerson(store, 'sleep', 'anna', 'x-archive')) };
}

describe.each(databaseNames)('an export that is made anew on %s', (database) => {
  test.each<[string, number[]]>([
    ['later', [1, 2, 4]],
    ['earlier', [4, 2, 1]],
    ['in between', [1, 4, 2]],
  ])('stores nothing again where it says the same, arriving %s', async (_, days) => {
    const { store, source } = await study(database);
    expect(
      await counted(
        store,
        source,
        days.map((day) => archive(day, 'a')),
      ),
    ).toEqual(['2 0', '0 2', '0 2']);
    expect(await newest(store)).toEqual(['a', 'stays']);
  });

  test('a value that comes back is a duplicate, and yet the newest', async () => {
    const { store, source } = await study(database);
    const all = [archive(1, 'a'), archive(3, 'b'), archive(5, 'a')];
    expect(await counted(store, source, all)).toEqual(['2 0', '1 1', '0 2']);
    expect(await newest(store)).toEqual(['a', 'stays']);
    expect(await counted(store, source, [...all, archive(4, 'b'), archive(6, 'a')])).toEqual(['0 2', '0 2', '0 2', '0 2', '0 2']);
    expect(await newest(store)).toEqual(['a', 'stays']);
  });

  test('what an older archive says otherwise is an older version, even between two that said the same', async () => {
    const { store, source } = await study(database);
    expect(await counted(store, source, [archive(1, 'a'), archive(5, 'a'), archive(3, 'b'), archive(2, 'c')])).toEqual([
      ...['2 0', '0 2', '1 1', '1 1'],
    ]);
    expect(await newest(store)).toEqual(['a', 'stays']);
    expect(await counted(store, source, [archive(4, 'b'), archive(6, 'b')])).toEqual(['0 2', '0 2']);
    expect(await newest(store)).toEqual(['b', 'stays']);
  });

  test('a summary of a day that is over is one record, of one that goes on each state is kept', async () => {
    const { store, source } = await study(database);
    expect(await counted(store, source, [[summary(1, 900)], [summary(2, 4000)], [summary(3, 4000)]])).toEqual(['1 0', '1 0', '0 1']);
    expect(await newest(store)).toEqual([4000]);
  });

  test('is scored once, and a run takes what was stated last', async () => {
    const { store, source } = await study(database);
    await counted(store, source, [archive(1, 'a')]);
    const run = await scorePosts(store, 'sleep', [], '');
    await finishRun(store, run ?? '', 'done', {}, {});
    await counted(store, source, [archive(4, 'a'), archive(3, 'b')]);
    expect(await scorePosts(store, 'sleep', [], '')).toBeNull();
  });

  test('a group that failed, and one that is written again after a crash, count as what they are', async () => {
    const { store, source } = await study(database);
    await counted(store, source, [archive(1, 'a')]);
    const late = await openWriter(store, source, 'again');
    const items = archive(3, 'a');
    await expect(late.writer.commit({ part: 0, firstUnit: 0, counted: 3, items })).rejects.toMatchObject({ code: 'ledger-unbalanced' });
    const none = await store.db.selectFrom('record').select('id').where('stated_until', 'is not', null).execute();
    expect(none).toEqual([]);
    const { writer } = await openWriter(store, source, 'again');
    expect((await writer.commit({ part: 0, firstUnit: 0, counted: 2, items })).total).toMatchObject({ stored: 0, duplicate: 2 });
    await expect(late.writer.commit({ part: 0, firstUnit: 0, counted: 2, items })).rejects.toMatchObject({ code: 'stale-writer' });
    expect((await writer.commit({ part: 0, firstUnit: 2, counted: 2, items })).total).toMatchObject({ stored: 0, duplicate: 2 });
  });

  test('what was stated after it had been taken back is not erased', async () => {
    const { store, source } = await study(database);
    const deletion = (day: number): Parsed => ({
      ...{ is: 'deletion', units: 1, end: 0, day: '2026-01-31', type: 'post', recordId: '1', at: made(day) },
    });
    await counted(store, source, [archive(1, 'a'), archive(5, 'a')]);
    await ingest(store, source, 'one', [deletion(3)]);
    expect(await newest(store)).toEqual(['a', 'stays']);
    await ingest(store, source, 'two', [deletion(5)]);
    expect(await newest(store)).toEqual(['stays']);
  });
});

test('whatever the order in which exports come, what is stored and what is newest is the same', async () => {
  const exports = [
    [1, 'a'],
    [2, 'b'],
    [3, 'a'],
    [4, 'a'],
    [5, 'c'],
    [6, 'c'],
  ] as const;
  const first = await storeHome('sqlite');
  await (await first.open()).close();
  const hashes = new Set<string>();
  await fc.assert(
    fc.asyncProperty(fc.shuffledSubarray([...exports], { minLength: exports.length }), async (order) => {
      const home = await storeHome('sqlite');
      copyKeyFile(first, home);
      const store = await home.open();
      await createStudy(store, 'sleep', null);
      const { source } = await addPerson(store, 'sleep', 'anna', 'x-archive');
      for (const [day, text] of order) {
        await counted(store, source, [archive(day, text)]);
        const run = await scorePosts(store, 'sleep', [], '');
        if (run !== null) await finishRun(store, run, 'done', {}, {});
      }
      expect(await newest(store)).toEqual(['c', 'stays']);
      hashes.add(await contentHash(store, 'sleep'));
      await store.close();
    }),
    { numRuns: 12, seed: 7 },
  );
  expect(hashes.size).toBe(1);
}, 120_000);

test.each(databaseNames)('of texts that no version tells apart none goes without a score, on %s', async (database) => {
  const { store, source } = await study(database);
  const scored: string[] = [];
  for (const wording of ['first', 'second', 'third']) {
    const items = ['1', '2', '3', '4'].map((id) => post(id, `${wording} ${id}`));
    await ingest(store, source, wording, items);
    const run = (await scorePosts(store, 'sleep', [], '')) ?? '';
    await finishRun(store, run, 'done', {}, {});
    scored.push(
      ...(await store.db.selectFrom('run_input').select('record').where('run', '=', run).execute()).map(({ record }) => record ?? ''),
    );
  }
  expect(new Set(scored).size).toBe(12);
});
