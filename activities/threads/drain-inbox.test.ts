import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { AfferentError, type ErrorCode } from '../../schema/errors.ts';
import { pushMedia } from '../../schema/streams.ts';
import { insertIncoming, sealIncoming } from '../../src/store/inbox.ts';
import { checkLedger } from '../../src/store/ledger-check.ts';
import { openRaw } from '../../src/store/quarantine.ts';
import { ledgerOf, pushedTo, readWaiting, study } from '../../src/streams/testing/pushed-study.ts';
import { storeHome } from '../../test/support/store-home.ts';
import { drainInbox } from './drain-inbox.ts';
import { noReplay, replayQuarantine } from './replay-quarantine.ts';

test('one push at which something unforeseen happens leaves none of the others unread, and is tried again', async () => {
  const store = await (await storeHome('sqlite')).open();
  const { source, participant, device } = await pushedTo(store, 'posts');
  for (const [receivedMs, text] of ['first', 'second', 'third'].entries()) {
    const sent = { requestId: null, media: pushMedia.ndjson, body: Buffer.from(text), receivedMs, clientMs: null };
    const row = await sealIncoming(store, { study, participant, source, from: { device }, ...sent });
    await store.db.transaction().execute((tx) => insertIncoming(store, tx, [row]));
  }
  const context = { store, models: '', progress: () => {}, checkCancelled: () => {} };
  const read: string[] = [];
  const reading =
    (fails: boolean) =>
    async (batch: string): Promise<{ error: ErrorCode | null }> => {
      read.push(batch);
      if (fails && read.length === 1) throw new TypeError('a fault of ours');
      return { error: null };
    };
  const states = async () =>
    (await store.db.selectFrom('inbox').select('state').orderBy('received_ms').execute()).map(({ state }) => state);
  await expect(drainInbox(context, source, reading(true))).rejects.toMatchObject({ code: 'internal' });
  expect([read.length, await states()]).toEqual([3, ['failed', 'read', 'read']]);
  expect(await drainInbox(context, source, reading(false))).toEqual({ error: null });
  expect([read[3], await states()]).toEqual([read[0], ['read', 'read', 'read']]);
});

test('a push that kills its readers is set aside whole, the next is read, and it can be put back', async () => {
  const store = await (await storeHome('sqlite')).open();
  const { source, participant, device } = await pushedTo(store, 'posts');
  const line = (id: string) => `${JSON.stringify({ id, time: '2026-01-05T10:00:00Z', text: `post ${id}` })}\n`;
  for (const [i, text] of [line('1') + line('2'), line('3')].entries()) {
    const receivedMs = Date.parse('2026-02-01T00:00:00Z') + i;
    const sent = { requestId: null, media: pushMedia.ndjson, body: Buffer.from(text), receivedMs, clientMs: null };
    const row = await sealIncoming(store, { study, participant, source, from: { device }, ...sent });
    await store.db.transaction().execute((tx) => insertIncoming(store, tx, [row]));
  }
  const context = { store, models: '', progress: () => {}, checkCancelled: () => {} };
  // A thread that is killed never comes back.
  const killed = () => new Promise<void>((begun) => void drainInbox(context, source, () => new Promise(() => begun())));
  for (let i = 0; i < 4; i++) await killed();
  await readWaiting(store, source);
  expect(await ledgerOf(store, source)).toMatchObject({ received: 2, stored: 1, quarantined: 1 });
  const unit = await store.db.selectFrom('quarantine').selectAll().executeTakeFirstOrThrow();
  expect(unit.reason).toBe('reader-killed');
  expect(openRaw(await store.keys.key(participant), unit).toString()).toBe(line('1') + line('2'));
  expect((await checkLedger(store, study)).findings).toEqual([]);
  expect(await replayQuarantine(context, { source, reason: null })).toEqual({ ...noReplay, back: 1 });
  await readWaiting(store, source);
  expect(await ledgerOf(store, source)).toMatchObject({ received: 3, stored: 3, quarantined: 0 });
  expect((await checkLedger(store, study)).findings).toEqual([]);
});

test('a reader that ends by itself, however often, sets nothing aside', async () => {
  const store = await (await storeHome('sqlite')).open();
  const { source, participant, device } = await pushedTo(store, 'posts');
  const sent = { requestId: null, media: pushMedia.ndjson, body: Buffer.from('{}'), receivedMs: 0, clientMs: null };
  const row = await sealIncoming(store, { study, participant, source, from: { device }, ...sent });
  await store.db.transaction().execute((tx) => insertIncoming(store, tx, [row]));
  const context = { store, models: '', progress: () => {}, checkCancelled: () => {} };
  const interrupted = () => Promise.reject(new AfferentError('interrupted'));
  for (let i = 0; i < 6; i++) await expect(drainInbox(context, source, interrupted)).rejects.toMatchObject({ code: 'interrupted' });
  expect(await store.db.selectFrom('inbox').select(['state', 'tries']).execute()).toEqual([{ state: 'waiting', tries: 0 }]);
});

test('commits of the reading are not waited for one by one; all others are again when it has ended', async () => {
  const store = await (await storeHome('sqlite')).open();
  const { source, participant, device } = await pushedTo(store, 'posts');
  const sent = { requestId: null, media: pushMedia.ndjson, body: Buffer.from('{}'), receivedMs: 0, clientMs: null };
  const row = await sealIncoming(store, { study, participant, source, from: { device }, ...sent });
  await store.db.transaction().execute((tx) => insertIncoming(store, tx, [row]));
  const context = { store, models: '', progress: () => {}, checkCancelled: () => {} };
  const [normal, full] = [1, 2];
  const synchronous = async () => (await sql<{ synchronous: number }>`pragma synchronous`.execute(store.db)).rows[0]?.synchronous;
  const seen: unknown[] = [];
  await drainInbox(context, source, async () => {
    seen.push(await synchronous());
    throw new AfferentError('interrupted');
  }).catch(async () => seen.push(await synchronous()));
  expect(seen).toEqual([normal, full]);
});
