import { randomBytes } from 'node:crypto';
import type { KyselyPlugin } from 'kysely';
import { describe, expect, test } from 'vitest';
import type { Parsed } from '../../schema/source.ts';
import { pushMedia } from '../../schema/streams.ts';
import { databaseNames, storeHome } from '../../test/support/store-home.ts';
import { addPerson, ingest, post } from '../../test/support/study-data.ts';
import { needleOf, tokensIn } from './deleted-bytes.ts';
import { eraseDeletedLines, eraseNameless } from './erase-nameless.ts';
import { checkLedger } from './ledger-check.ts';
import type { Store } from './open.ts';
import { openRaw } from './quarantine.ts';
import type { Owner } from './series.ts';
import { createStudy } from './studies.ts';

const did = 'did:plc:quietone2222222222222222';
const uri = `at://${did}/app.bsky.feed.post/3kaaaaaaaaa2b`;
const tweet = '1157123456789012345';
const uuid = '0f8fad5b-d9cb-469f-a165-70867728950e';

const deletion = (recordId: string): Parsed => {
  return { is: 'deletion', units: 1, end: 0, day: '2026-01-31', type: 'post', recordId, at: '2026-02-03T00:00:00.000Z' };
};
const broken = (raw: string): Parsed => ({
  is: 'quarantined',
  units: 1,
  end: 0,
  day: '2026-01-30',
  reason: 'not-json',
  raw: Buffer.from(raw),
});

async function twoSources(database: (typeof databaseNames)[number]) {
  const store = await (await storeHome(database)).open();
  await createStudy(store, 'sleep', null);
  const { participant, source: stream } = await addPerson(store, 'sleep', 'anna', 'bluesky');
  const { source: table } = await addPerson(store, 'sleep', 'anna', 'posts');
  return { store, participant, stream, table };
}

async function ownerOf(store: Store, participant: string, source: string, batch: string): Promise<Owner> {
  const key = await store.keys.key(participant);
  return { study: 'sleep', participant, source, batch, kind: 'bluesky', key, hash: store.secrets.study('sleep') };
}

/** What is left in quarantine, in order; the ledger balances. */
async function left(store: Store, participant: string): Promise<string[]> {
  expect((await checkLedger(store, null)).findings).toEqual([]);
  const key = await store.keys.key(participant);
  const rows = await store.db.selectFrom('quarantine').selectAll().where('participant', '=', participant).execute();
  return rows.map((row) => openRaw(key, row).toString()).sort();
}

async function outcomes(store: Store, batch: string): Promise<number[]> {
  const row = await store.db.selectFrom('batch').selectAll().where('id', '=', batch).executeTakeFirstOrThrow();
  return [row.quarantined, row.erased];
}

describe.each(databaseNames)('units whose id nobody could read, on %s', (database) => {
  test('are erased with the record whose key they hold; others stay, and those of others', async () => {
    const { store, participant, stream, table } = await twoSources(database);
    const bert = await addPerson(store, 'sleep', 'bert', 'bluesky');
    const frame = `{"did":"${did}","commit":{"rkey":"3kaaaaaaaaa2b","record":{"text":"torn`;
    const other = frame.replace('aa2b', 'aa2c');
    const first = await ingest(store, stream, 'frames', [broken(frame), broken(other), post('x', 'whole')]);
    const row = `"${uri}",yesterday,torn`;
    const second = await ingest(store, table, 'table', [broken(row), broken(`${uri}2,longer key`)]);
    await ingest(store, bert.source, 'his', [broken(frame)]);
    await ingest(store, stream, 'later', [deletion(uri)]);
    expect(await left(store, participant)).toEqual([`${uri}2,longer key`, other].sort());
    expect([await outcomes(store, first), await outcomes(store, second)]).toEqual([
      [1, 1],
      [1, 1],
    ]);
    expect(await left(store, bert.participant)).toEqual([frame]);
    const days = await store.db
      .selectFrom('ledger')
      .select(['quarantined', 'erased'])
      .where('batch', '=', first)
      .where('day', '=', '2026-01-30');
    expect(await days.execute()).toEqual([{ quarantined: 1, erased: 1 }]);
  });

  test('do not come in behind a deletion either, nor in the same group', async () => {
    const { store, participant, stream, table } = await twoSources(database);
    const torn = `{"id_str":"${tweet}","full_text":"torn`;
    const first = await ingest(store, stream, 'frames', [broken(`${torn} before`), deletion(tweet), broken(`${torn} behind`)]);
    expect(await outcomes(store, first)).toEqual([0, 2]);
    const second = await ingest(store, table, 'table', [broken(`${torn} elsewhere`), broken(torn.replace(tweet, `${tweet}7`))]);
    expect(await outcomes(store, second)).toEqual([1, 1]);
    expect(await left(store, participant)).toHaveLength(1);
  });

  test('are opened a few at a time, for each may be as long as a push', async () => {
    const { store, participant, stream } = await twoSources(database);
    const long = (k: number) => broken(`{"n":${k},"uri":"${uri}","text":"${randomBytes(3 * 1024 * 1024).toString('base64')}`);
    for (let k = 0; k < 5; k++) await ingest(store, stream, `frames ${k}`, [long(k), broken(`torn ${k}`)]);
    const owner = await ownerOf(store, participant, stream, '');
    let most = 0;
    const weigh: KyselyPlugin = {
      transformQuery: ({ node }) => node,
      async transformResult({ result }) {
        const bytes = result.rows.reduce((sum, row) => sum + (Buffer.isBuffer(row.raw) ? row.raw.length : 0), 0);
        most = Math.max(most, bytes);
        return result;
      },
    };
    await store.db.transaction().execute(async (tx) => {
      const deleted = { type: 'post', recordId: uri, at: '2026-02-03T00:00:00.000Z' } as const;
      await eraseNameless(tx.withPlugin(weigh) as typeof tx, owner, [deleted]);
    });
    expect(most).toBeGreaterThan(5 * 1024 * 1024);
    expect(most).toBeLessThanOrEqual(8 * 1024 * 1024);
    expect(await left(store, participant)).toHaveLength(5);
  });

  test('are not looked through where nothing was ever deleted', async () => {
    const { store, participant, stream } = await twoSources(database);
    const batch = await ingest(store, stream, 'push', [{ ...broken(`{"id":"${tweet}"}`), reason: 'reader-killed' } as Parsed]);
    const owner = await ownerOf(store, participant, stream, batch);
    const hash = () => expect.unreachable('it was looked for');
    await eraseDeletedLines(store, { ...owner, hash }, pushMedia.ndjson);
    expect(await left(store, participant)).toHaveLength(1);
  });

  test('of a key that means something only within its source stay elsewhere; a short one is looked for nowhere', async () => {
    const { store, participant, stream, table } = await twoSources(database);
    await ingest(store, stream, 'frames', [broken(`{"id":"${uuid}"`), broken('{"id":"17","n":17')]);
    await ingest(store, table, 'table', [broken(`${uuid},torn`)]);
    await ingest(store, stream, 'later', [deletion(uuid), deletion('17')]);
    expect(await left(store, participant)).toEqual([`${uuid},torn`, '{"id":"17","n":17'].sort());
    await ingest(store, table, 'more', [broken(`${uuid},torn again`)]);
    await ingest(store, stream, 'more frames', [broken(`{"id":"${uuid}",`)]);
    expect(await left(store, participant)).toEqual([`${uuid},torn`, `${uuid},torn again`, '{"id":"17","n":17'].sort());
  });
});

test('a key is what an id ends with, where it is long and no word', () => {
  expect(
    [uri, `https://social.example/users/anna/statuses/${tweet}`, tweet, `note ${tweet}`, uuid, '-x_1234567890abc_'].map(needleOf),
  ).toEqual(['3kaaaaaaaaa2b', tweet, tweet, tweet, uuid, 'x_1234567890abc']);
  expect(['17', '2026-01-31', 'https://blog.example/2026/introduction', 'acknowledgements', ''].map(needleOf)).toEqual([
    null,
    null,
    null,
    null,
    null,
  ]);
  const escaped = `{"text":"so\\n${tweet}","uri":"https:\\/\\/x.example\\/${tweet}2","u":"\\u0041${tweet}3","q":"%2F${tweet}4"}`;
  expect(tokensIn(Buffer.from(escaped))).toEqual(new Set([tweet, `${tweet}2`, `${tweet}3`, `${tweet}4`]));
});
