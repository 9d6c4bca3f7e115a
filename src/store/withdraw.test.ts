import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { AfferentError } from '../../schema/errors.ts';
import { type DatabaseName, databaseNames, filesHolding, openForTest, storeHome } from '../../test/support/store-home.ts';
import {
  addPerson,
  block,
  excluded,
  ingest,
  openWriter,
  post,
  quarantined,
  sample,
  scorePosts,
  someDay,
} from '../../test/support/study-data.ts';
import { rowsNaming, scoreLate } from '../../test/support/traces.ts';
import { startWriter } from '../../test/support/writer.ts';
import { openBatch } from './batches.ts';
import { contentHash } from './content-hash.ts';
import { noteDrift } from './drift.ts';
import { erasedTables, eraseParticipant } from './erase.ts';
import { ledgerRows } from './ledger.ts';
import { checkLedger } from './ledger-check.ts';
import { addParticipant, tombstone } from './participants.ts';
import { requireSource, sourceSettings } from './sources.ts';
import { createStudy } from './studies.ts';
import { completeErasures, withdraw } from './withdraw.ts';

const canary = 'canary-7c1e';

/** Anna and bert, with rows of every kind, scored, and an alert with a note each. */
async function studyOfTwo(database: DatabaseName) {
  const home = await storeHome(database);
  const store = await home.open();
  await createStudy(store, 'sleep', null);
  const people = [];
  for (const name of ['anna', 'bert']) {
    const person = await addPerson(store, 'sleep', name);
    const items = [post('1', `${canary} of ${name}`), post('1', 'x'), post('1', 'x'), excluded('2026-01-31')];
    const batch = await ingest(
      store,
      person.source,
      `${name}-export`,
      [...items, quarantined(`{${canary}`), quarantined('{', '2026-01-30')],
      [...[0, 1, 2].map((i) => sample(someDay + i, 60)), block(0, [1, 2, 3])],
    );
    const { writer, owner } = await openWriter(store, person.source, `${name}-second`);
    await noteDrift(store, owner, 1, [{ kind: 'unknown-field', name: `${canary}-field` }]);
    await writer.commit({ part: 0, firstUnit: 0, counted: 1, items: [post('2', 'y')] });
    people.push({ ...person, batch });
  }
  const [anna, bert] = people as [(typeof people)[0], (typeof people)[0]];
  const run = (await scorePosts(store, 'sleep', [anna.participant, bert.participant], canary)) as string;
  return { home, store, anna, bert, run };
}

describe.each(databaseNames)('withdrawal on %s', (database) => {
  test('does first what a crash must not lose, for somebody who is there, and destroys nothing when that fails', async () => {
    const { store, anna } = await studyOfTwo(database);
    const full = async () => {
      expect((await sourceSettings(store, anna.source)).path).toBeTruthy();
      throw new AfferentError('store-down');
    };
    await expect(withdraw(store, 'sleep', 'nobody', full)).rejects.toMatchObject({ code: 'unknown-participant' });
    await expect(withdraw(store, 'sleep', 'anna', full)).rejects.toMatchObject({ code: 'store-down' });
    expect((await sourceSettings(store, anna.source)).path).toBeTruthy();
  });

  test('leaves counts, and nothing of the person', async () => {
    const { home, store, anna, bert, run } = await studyOfTwo(database);
    const key = await store.keys.key(anna.participant);
    const before = await ledgerRows(store, 'sleep');
    const alert = await store.db.selectFrom('alert').select('id').where('participant', '=', anna.participant).executeTakeFirstOrThrow();
    const withdrawal = await withdraw(store, 'sleep', 'anna');
    const counts = { records: 3, samples: 6, quarantined: 2, scores: 3 };
    expect(withdrawal).toEqual({ study: 'sleep', sources: [anna.source], alerts: [alert.id], ...counts, filesClean: true });

    const after = await ledgerRows(store, 'sleep');
    const moved = before.map((row) =>
      row.source === anna.source ? { ...row, stored: 0, quarantined: 0, erased: row.stored + row.quarantined } : row,
    );
    expect(after).toEqual(moved);
    expect(await checkLedger(store, 'sleep')).toMatchObject({ balanced: true, findings: [] });
    const inputs = await store.db.selectFrom('run_input').selectAll().where('run', '=', run).where('state', '=', 'erased').execute();
    expect(inputs).toHaveLength(3);
    for (const input of inputs) {
      expect(input).toMatchObject({ participant: null, record: null, series: null, input_id: null, result: null, error: null });
    }
    const source = await store.db.selectFrom('source').selectAll().where('id', '=', anna.source).executeTakeFirstOrThrow();
    expect(source).toMatchObject({ participant: null, settings: null, every_seconds: null, state: 'erased' });
    const reasons = await store.db
      .selectFrom('outcome_reason')
      .select(['outcome', 'reason', 'units'])
      .where('batch', '=', anna.batch)
      .execute();
    expect(reasons).toEqual([{ outcome: 'excluded', reason: 'repost', units: 1 }]);

    expect(await rowsNaming(store, ['anna', anna.participant, canary, key])).toEqual([]);
    expect(await rowsNaming(store, [bert.participant])).not.toEqual([]);
    expect(filesHolding(home.folder, ['anna', anna.participant, canary, key])).toEqual([]);
    if (database === 'sqlite') expect(filesHolding(home.folder, [bert.participant])).not.toEqual([]);
  });

  test('leaves the others as they were, and refuses the person from then on', async () => {
    const { store, anna, bert } = await studyOfTwo(database);
    await withdraw(store, 'sleep', 'anna');
    const hash = await contentHash(store, 'sleep');
    expect(await store.db.selectFrom('alert').select('participant').execute()).toEqual([{ participant: bert.participant }]);
    expect(await store.db.selectFrom('rating').select('participant').execute()).toEqual([{ participant: bert.participant }]);
    await expect(addParticipant(store, 'sleep', 'anna', null)).rejects.toMatchObject({ code: 'withdrawn' });
    await expect(store.keys.key(anna.participant)).rejects.toMatchObject({ code: 'key-gone' });
    expect(await withdraw(store, 'sleep', 'anna')).toMatchObject({ sources: [], alerts: [], records: 0, scores: 0, filesClean: true });
    expect(await contentHash(store, 'sleep')).toBe(hash);
    await expect(withdraw(store, 'sleep', 'carl')).rejects.toMatchObject({ code: 'unknown-participant' });
    await expect(withdraw(store, 'mood', 'anna')).rejects.toMatchObject({ code: 'unknown-study' });
  });

  test('lets nobody write who still has the key in memory', async () => {
    const { home, store, anna } = await studyOfTwo(database);
    const late = await home.open();
    const { writer, owner } = await openWriter(late, anna.source, 'anna-second');
    const source = await requireSource(late, anna.source);
    const record = await late.db.selectFrom('record').selectAll().where('participant', '=', anna.participant).executeTakeFirstOrThrow();
    const pending = await late.db.selectFrom('run_input').selectAll().where('participant', '=', anna.participant).executeTakeFirstOrThrow();
    await withdraw(store, 'sleep', 'anna');
    await expect(writer.commit({ part: 0, firstUnit: 1, counted: 1, items: [post('3', 'z')] })).rejects.toMatchObject({
      code: 'stale-writer',
    });
    await expect(noteDrift(late, owner, 1, [{ kind: 'unknown-field', name: 'late' }])).rejects.toMatchObject({ code: 'unknown-source' });
    await expect(openBatch(late, source, { path: '/data/late', form: 'file' }, 'late', 1, 1, null)).rejects.toMatchObject({
      code: 'unknown-source',
    });
    await expect(late.db.insertInto('record').values(record).execute()).rejects.toThrow(/foreign key/i);
    await expect(scoreLate(late, anna.participant, anna.source, pending)).rejects.toThrow(/foreign key/i);
    expect(await rowsNaming(store, ['anna', anna.participant])).toEqual([]);
    expect((await checkLedger(store, null)).findings).toEqual([]);
  });

  test('is completed when the store is opened again, wherever it was cut off', async () => {
    const { home, store, anna, bert } = await studyOfTwo(database);
    const graves = [anna, bert].map(({ participant }) => tombstone(store, 'sleep', participant)) as [string, string];
    // Anna's was cut off after the key, bert's after the rows.
    await store.keys.destroy('sleep', anna.participant, graves[0]);
    await store.db
      .insertInto('meta')
      .values({ key: `erasing:${graves[1]}`, value: '' })
      .execute();
    await store.keys.destroy('sleep', bert.participant, graves[1]);
    await store.db.transaction().execute((tx) => eraseParticipant(store, tx, bert.participant));
    await store.close();
    const again = await openForTest(home.address);
    await completeErasures(again);
    expect(await rowsNaming(again, [anna.participant, bert.participant, 'erasing:'])).toEqual([]);
    expect(filesHolding(home.folder, ['anna', 'bert', anna.participant, bert.participant])).toEqual([]);
    expect((await checkLedger(again, 'sleep')).findings).toEqual([]);
    expect(await completeErasures(again)).toEqual([]);
  });

  test('holds against an older copy of the key store', async () => {
    const { store, anna } = await studyOfTwo(database);
    await withdraw(store, 'sleep', 'anna');
    await store.keys.create(anna.participant);
    await completeErasures(store);
    await expect(store.keys.key(anna.participant)).rejects.toMatchObject({ code: 'key-gone' });
  });

  test('takes somebody without a source or a row', async () => {
    const { store } = await studyOfTwo(database);
    await addParticipant(store, 'sleep', 'carl', null);
    expect(await withdraw(store, 'sleep', 'carl')).toMatchObject({ sources: [], alerts: [], records: 0, filesClean: true });
    await expect(addParticipant(store, 'sleep', 'carl', null)).rejects.toMatchObject({ code: 'withdrawn' });
  });

  test('may meet a writer: both end, and nothing is left', async () => {
    const { home, store, anna } = await studyOfTwo(database);
    const writer = startWriter(home.address, anna.source, 'anna-third', Number.POSITIVE_INFINITY);
    await writer.begun;
    await withdraw(store, 'sleep', 'anna');
    expect(['stale-writer', 'unknown-source', '40P01']).toContain((await writer.ended).error);
    expect(await rowsNaming(store, [anna.participant])).toEqual([]);
    expect((await checkLedger(store, 'sleep')).findings).toEqual([]);
  });
});

test('erasure knows every table that names a participant, a source or an alert', async () => {
  const store = await (await storeHome('sqlite')).open();
  const { rows } = await sql<{ name: string }>`select distinct m.name from sqlite_master m, pragma_table_info(m.name) c
    where m.type = 'table' and c.name in ('participant', 'source', 'batch', 'alert', 'score', 'record')`.execute(store.db);
  expect(rows.map((row) => row.name).filter((name) => !(erasedTables as readonly string[]).includes(name))).toEqual([]);
});
