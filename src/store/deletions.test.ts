import { describe, expect, test } from 'vitest';
import type { Parsed } from '../../schema/source.ts';
import { databaseNames, storeHome } from '../../test/support/store-home.ts';
import { addPerson, ingest, post } from '../../test/support/study-data.ts';
import { checkLedger } from './ledger-check.ts';
import type { Store } from './open.ts';
import { createStudy } from './studies.ts';

const uri = 'at://did:plc:quietone2222222222222222/app.bsky.feed.post/3kaaaaaaaaa2b';
const day = '2026-01-31';

const deletion = (recordId: string): Parsed => {
  return { is: 'deletion', units: 1, end: 0, day, type: 'post', recordId, at: '2026-02-03T00:00:00.000Z' };
};
const broken = (recordId: string, raw: string): Parsed => {
  return { is: 'quarantined', units: 1, end: 0, day, reason: 'no-time', raw: Buffer.from(raw), of: { type: 'post', recordId } };
};

/** stored, quarantined, erased of a batch; the ledger is checked as a whole. */
async function outcomes(store: Store, batch: string): Promise<number[]> {
  const row = await store.db.selectFrom('batch').selectAll().where('id', '=', batch).executeTakeFirstOrThrow();
  expect((await checkLedger(store, null)).findings).toEqual([]);
  return [row.stored, row.quarantined, row.erased];
}

async function twoSources(database: (typeof databaseNames)[number]) {
  const store = await (await storeHome(database)).open();
  await createStudy(store, 'sleep', null);
  const anna = await addPerson(store, 'sleep', 'anna', 'bluesky');
  const table = await addPerson(store, 'sleep', 'anna', 'posts');
  return { store, stream: anna.source, table: table.source };
}

describe.each(databaseNames)('what a source takes back, on %s', (database) => {
  test('goes from quarantine and from the participant’s other sources, and from nobody else’s', async () => {
    const { store, stream, table } = await twoSources(database);
    const bert = await addPerson(store, 'sleep', 'bert', 'posts');
    const archive = await ingest(store, table, 'archive', [post(uri, 'copy'), post('other', 'stays'), broken(uri, 'torn copy')]);
    const frames = await ingest(store, stream, 'frames', [post(uri, 'first'), broken(uri, 'torn'), broken(`${uri}x`, 'another')]);
    const his = await ingest(store, bert.source, 'his', [post(uri, 'quoted')]);
    await ingest(store, stream, 'later', [deletion(uri)]);
    expect(await outcomes(store, archive)).toEqual([1, 0, 2]);
    expect(await outcomes(store, frames)).toEqual([0, 1, 2]);
    expect(await outcomes(store, his)).toEqual([1, 0, 0]);
    const reasons = await store.db.selectFrom('outcome_reason').selectAll().where('outcome', '=', 'quarantined').execute();
    expect(reasons).toEqual([{ batch: frames, outcome: 'quarantined', reason: 'no-time', units: 1 }]);
  });

  test('does not come back by another source, nor as a unit that cannot be read', async () => {
    const { store, stream, table } = await twoSources(database);
    await ingest(store, stream, 'first', [deletion(uri)]);
    const archive = await ingest(store, table, 'archive', [post(uri, 'copy'), broken(uri, 'torn'), post(`${uri}y`, 'stays')]);
    expect(await outcomes(store, archive)).toEqual([1, 0, 2]);
    const later = { version: '2026-02-04T00:00:00.000Z' };
    expect(await outcomes(store, await ingest(store, table, 'newer', [post(uri, 'posted again', later)]))).toEqual([1, 0, 0]);
  });

  test('an id that means something only within its source erases nothing elsewhere', async () => {
    const { store, stream, table } = await twoSources(database);
    const archive = await ingest(store, table, 'archive', [post('17', 'of the table'), broken('17', 'torn')]);
    await ingest(store, stream, 'later', [post('17', 'of the stream'), deletion('17')]);
    expect(await outcomes(store, archive)).toEqual([1, 1, 0]);
    expect(await outcomes(store, await ingest(store, table, 'again', [post('17', 'new words')]))).toEqual([1, 0, 0]);
  });
});
