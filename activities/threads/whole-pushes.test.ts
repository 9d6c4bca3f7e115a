import pg from 'pg';
import { describe, expect, onTestFinished, test } from 'vitest';
import { pushMedia } from '../../schema/streams.ts';
import { insertIncoming, sealIncoming } from '../../src/store/inbox.ts';
import { checkLedger } from '../../src/store/ledger-check.ts';
import type { Store } from '../../src/store/open.ts';
import { openRaw } from '../../src/store/quarantine.ts';
import { ledgerOf, pushedTo, readWaiting, study } from '../../src/streams/testing/pushed-study.ts';
import { databaseNames, storeHome } from '../../test/support/store-home.ts';
import { until } from '../../test/support/until.ts';
import { drainInbox } from './drain-inbox.ts';
import { noReplay, replayQuarantine } from './replay-quarantine.ts';

type Pushed = Awaited<ReturnType<typeof pushedTo>>;

const ids = ['1157123456789012341', '1157123456789012342', '1157123456789012343'] as const;
const line = (id: string) => `${JSON.stringify({ type: 'post', id, time: '2026-01-05T10:00:00Z', text: `post ${id}` })}\n`;
const deletion = (id: string) => `${JSON.stringify({ type: 'deletion', of: 'post', id, time: '2026-01-06T10:00:00Z' })}\n`;
let clock = Date.parse('2026-02-01T00:00:00Z');

async function push(store: Store, { participant, source, device }: Pushed, text: string, media: string = pushMedia.ndjson): Promise<void> {
  clock += 1;
  const sent = { requestId: null, media, body: Buffer.from(text), receivedMs: clock, clientMs: null };
  const row = await sealIncoming(store, { study, participant, source, from: { device }, ...sent });
  await store.db.transaction().execute((tx) => insertIncoming(store, tx, [row]));
}

/** Kills the readers of the oldest push until it is set aside; what came after it is read. */
async function setAside(store: Store, source: string): Promise<void> {
  const context = { store, models: '', progress: () => {}, checkCancelled: () => {} };
  const killed = () => new Promise<void>((begun) => void drainInbox(context, source, () => new Promise(() => begun())));
  for (let i = 0; i < 4; i++) await killed();
  await readWaiting(store, source);
}

async function kept(store: Store, participant: string): Promise<string[]> {
  expect((await checkLedger(store, study)).findings).toEqual([]);
  const rows = await store.db.selectFrom('quarantine').selectAll().execute();
  const key = await store.keys.key(participant);
  return rows.map((row) => openRaw(key, row).toString());
}

const replay = (store: Store, source: string) =>
  replayQuarantine({ store, models: '', progress: () => {}, checkCancelled: () => {} }, { source, reason: null });

describe.each(databaseNames)('of a push that was set aside whole, on %s,', (database) => {
  test('a line is erased when its record is deleted; the others are read once it is put back', async () => {
    const store = await (await storeHome(database)).open();
    const pushed = await pushedTo(store, 'records');
    await push(store, pushed, ids.map(line).join(''));
    await setAside(store, pushed.source);
    await push(store, pushed, deletion(ids[1]));
    await readWaiting(store, pushed.source);
    expect(await kept(store, pushed.participant)).toEqual([line(ids[0]) + line(ids[2])]);
    expect(await ledgerOf(store, pushed.source)).toMatchObject({ received: 3, quarantined: 1, erased: 1, excluded: 1 });
    expect(await replay(store, pushed.source)).toEqual({ ...noReplay, back: 1 });
    await readWaiting(store, pushed.source);
    expect(await ledgerOf(store, pushed.source)).toMatchObject({ received: 4, stored: 2, quarantined: 0, erased: 1, excluded: 1 });
    expect(await kept(store, pushed.participant)).toEqual([]);
  });

  test('a line whose record was deleted before is not kept either, and of nothing else nothing is', async () => {
    const store = await (await storeHome(database)).open();
    const pushed = await pushedTo(store, 'records');
    await push(store, pushed, deletion(ids[0]) + deletion(ids[1]));
    await readWaiting(store, pushed.source);
    await push(store, pushed, line(ids[0]) + line(ids[2]));
    await setAside(store, pushed.source);
    expect(await kept(store, pushed.participant)).toEqual([line(ids[2])]);
    await push(store, pushed, line(ids[0]) + line(ids[1]));
    await setAside(store, pushed.source);
    expect(await kept(store, pushed.participant)).toEqual([line(ids[2])]);
    expect(await ledgerOf(store, pushed.source)).toMatchObject({ received: 6, quarantined: 1, erased: 3, excluded: 2 });
  });

  test('lines that had been read keep their places', async () => {
    const store = await (await storeHome(database)).open();
    const pushed = await pushedTo(store, 'records');
    await push(store, pushed, ids.map(line).join(''));
    await setAside(store, pushed.source);
    // As if the reader had come to the second line before it was killed.
    await store.db.updateTable('quarantine').set({ unit: 1 }).execute();
    await push(store, pushed, deletion(ids[0]));
    await readWaiting(store, pushed.source);
    expect(await kept(store, pushed.participant)).toEqual([`{}\n${line(ids[1])}${line(ids[2])}`]);
    await replay(store, pushed.source);
    await readWaiting(store, pushed.source);
    expect(await ledgerOf(store, pushed.source)).toMatchObject({ received: 3, stored: 2, quarantined: 0, erased: 0, excluded: 1 });
  });

  test('all is erased where its units cannot be told apart', async () => {
    const store = await (await storeHome(database)).open();
    const stream = await pushedTo(store, 'records');
    const table = await pushedTo(store, 'posts');
    const csv = `id,time,text\n${ids[0]},2026-01-05T10:00:00Z,"two\nlines"\n${ids[1]},2026-01-05T11:00:00Z,one\n`;
    await push(store, table, csv, pushMedia.csv);
    await setAside(store, table.source);
    await push(store, stream, deletion(ids[0]));
    await readWaiting(store, stream.source);
    expect(await kept(store, table.participant)).toEqual([]);
    expect(await ledgerOf(store, table.source)).toMatchObject({ received: 1, quarantined: 0, erased: 1 });
  });
});

test('a push is not put back while lines of it are being erased on postgres', async () => {
  const home = await storeHome('postgres');
  const store = await home.open();
  const pushed = await pushedTo(store, 'records');
  await push(store, pushed, line(ids[0]));
  await setAside(store, pushed.source);
  const other = new pg.Client({ connectionString: home.address.store });
  await other.connect();
  onTestFinished(() => other.end());
  await other.query('begin');
  await other.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [pushed.participant]);
  let over = false;
  const back = replay(store, pushed.source).finally(() => {
    over = true;
  });
  const waiting = `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
  await until(async () => over || (await other.query(waiting)).rowCount !== 0);
  expect(over).toBe(false);
  await other.query('delete from quarantine');
  await other.query('commit');
  expect(await back).toEqual(noReplay);
});
