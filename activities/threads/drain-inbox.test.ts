import { expect, test } from 'vitest';
import type { ErrorCode } from '../../schema/errors.ts';
import { pushMedia } from '../../schema/streams.ts';
import { insertIncoming, sealIncoming } from '../../src/store/inbox.ts';
import { pushedTo, study } from '../../src/streams/testing/pushed-study.ts';
import { storeHome } from '../../test/support/store-home.ts';
import { drainInbox } from './drain-inbox.ts';

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
