import { expect, test } from 'vitest';
import { AfferentError } from '../../schema/errors.ts';
import { pushMedia } from '../../schema/streams.ts';
import { storeHome } from '../../test/support/store-home.ts';
import { insertIncoming, sealIncoming } from '../store/inbox.ts';
import { ReaderWaker } from './reader-waker.ts';
import { pushedTo, readWaiting, study } from './testing/pushed-study.ts';

test('a source is read while something waits, joined while it is read, and asked for again when its reading was lost', async () => {
  const store = await (await storeHome('sqlite')).open();
  const { source, participant, device } = await pushedTo(store, 'posts');
  const started: string[] = [];
  const waker = new ReaderWaker(store, async ({ id }) => {
    started.push(id);
    await store.db.updateTable('source').set({ state: 'running' }).where('id', '=', id).execute();
  });
  expect(await waker.look(0)).toBe(0);
  const body = Buffer.from('{"id":"1","time":"2026-01-01","text":"one"}');
  const incoming = {
    study,
    participant,
    source,
    from: { device },
    requestId: null,
    media: pushMedia.ndjson,
    body,
    receivedMs: 0,
    clientMs: null,
  };
  const row = await sealIncoming(store, incoming);
  await store.db.transaction().execute((tx) => insertIncoming(store, tx, [row]));
  expect([await waker.look(0), await waker.look(1_000), await waker.look(59_000), await waker.look(61_000)]).toEqual([1, 0, 0, 1]);
  await readWaiting(store, source);
  expect(await waker.look(200_000)).toBe(0);
  expect(started).toEqual([source, source]);
});

test('a source whose reading cannot be asked for keeps no other waiting', async () => {
  const store = await (await storeHome('sqlite')).open();
  const sources: string[] = [];
  for (const name of ['ana', 'ben']) {
    const { source, participant, device } = await pushedTo(store, 'posts', name);
    sources.push(source);
    const sent = { requestId: null, media: pushMedia.ndjson, body: Buffer.from('{}'), receivedMs: 0, clientMs: null };
    const row = await sealIncoming(store, { study, participant, source, from: { device }, ...sent });
    await store.db.transaction().execute((tx) => insertIncoming(store, tx, [row]));
  }
  const [broken, other] = sources.toSorted() as [string, string];
  const started: string[] = [];
  const waker = new ReaderWaker(store, async ({ id }) => {
    if (id === broken) throw new AfferentError('temporal-down');
    started.push(id);
  });
  await expect(waker.look(0)).rejects.toMatchObject({ code: 'temporal-down' });
  expect(started).toEqual([other]);
});
