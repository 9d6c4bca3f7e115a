import { afterAll, beforeAll, expect, test } from 'vitest';
import { pushMedia } from '../../schema/streams.ts';
import { insertIncoming, sealIncoming } from '../store/inbox.ts';
import type { Store } from '../store/open.ts';
import { temporaryStore } from '../store/testing/sample-study.ts';
import { chunkOf } from './testing/chunk.ts';
import { ledgerOf, pushedTo, readWaiting, study } from './testing/pushed-study.ts';

let store: Store;
let remove: () => Promise<void>;
beforeAll(async () => {
  ({ store, remove } = await temporaryStore());
});
afterAll(() => remove());

async function arrive(to: Awaited<ReturnType<typeof pushedTo>>, media: string, body: Buffer): Promise<void> {
  const { participant, source, device } = to;
  const incoming = { study, participant, source, from: { device }, requestId: null, media, body, receivedMs: Date.now(), clientMs: null };
  const row = await sealIncoming(store, incoming);
  await store.db.transaction().execute((tx) => insertIncoming(store, tx, [row]));
  await readWaiting(store, source);
}

const session = { signal: 3, channels: 1, sessionMs: Date.parse('2026-02-01T23:59:58Z'), rate: 4, serial: 'A01234' };

test('chunks of a recording are blocks, cut at midnight, each sample once however they overlap', async () => {
  const to = await pushedTo(store, 'empatica-e4', 'wrist');
  const values = Array.from({ length: 24 }, (_, i) => i / 8);
  await arrive(to, pushMedia.chunks, chunkOf({ ...session, offset: 0 }, values.slice(0, 16)));
  await arrive(to, pushMedia.chunks, chunkOf({ ...session, offset: 8 }, values.slice(8, 24)));
  expect(await ledgerOf(store, to.source)).toMatchObject({ received: 32, stored: 24, duplicate: 8, quarantined: 0 });
  const rows = await store.db
    .selectFrom('series')
    .select(['day', 'first', 'samples'])
    .where('source', '=', to.source)
    .orderBy('first')
    .execute();
  expect(rows).toEqual([
    { day: '2026-02-01', first: 0, samples: 8 },
    { day: '2026-02-02', first: 8, samples: 8 },
    { day: '2026-02-02', first: 16, samples: 8 },
  ]);
});

test.each([
  ['a chunk whose end is missing', (chunk: Buffer) => chunk.subarray(0, chunk.length - 6), { received: 9, stored: 8, quarantined: 1 }],
  ['a chunk cut between two samples', (chunk: Buffer) => chunk.subarray(0, chunk.length - 8), { received: 9, stored: 8, quarantined: 1 }],
  ['a header alone', (chunk: Buffer) => chunk.subarray(0, 48), { received: 1, stored: 0, quarantined: 1 }],
  ['half a header', (chunk: Buffer) => chunk.subarray(0, 20), { received: 1, stored: 0, quarantined: 1 }],
  [
    'something else behind it',
    (chunk: Buffer) => Buffer.concat([chunk, Buffer.alloc(99, 'x')]),
    { received: 11, stored: 10, quarantined: 1 },
  ],
  [
    'a value that was altered',
    (chunk: Buffer) => Buffer.concat([chunk.subarray(0, 60), Buffer.of(9), chunk.subarray(61)]),
    { received: 10, stored: 0, quarantined: 10 },
  ],
])('%s is accounted for', async (what, alter, expected) => {
  const to = await pushedTo(store, 'empatica-e4', what);
  const chunk = chunkOf(
    { ...session, offset: 0 },
    [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((value) => value / 16),
  );
  await arrive(to, pushMedia.chunks, Buffer.from(alter(chunk)));
  expect(await ledgerOf(store, to.source)).toMatchObject(expected);
});

test('data points come as lines, as one value, or as an array', async () => {
  const to = await pushedTo(store, 'open-mhealth', 'points');
  const point = (id: string, value: number) => ({
    header: {
      id,
      creation_date_time: '2026-02-01T10:00:00Z',
      schema_id: { namespace: 'omh', name: 'heart-rate', version: '1.0' },
    },
    body: { heart_rate: { value, unit: 'beats/min' }, effective_time_frame: { date_time: `2026-02-01T10:00:${value - 50}Z` } },
  });
  const ids = ['a', 'b', 'c', 'd'].map((end) => `243c773b-8936-407e-9c23-270d0ea49cc${end}`) as [string, string, string, string];
  await arrive(to, pushMedia.ndjson, Buffer.from(`${JSON.stringify(point(ids[0], 60))}\nnot json\n`));
  await arrive(to, pushMedia.json, Buffer.from(JSON.stringify(point(ids[1], 61), null, 2)));
  await arrive(to, pushMedia.json, Buffer.from(JSON.stringify([point(ids[2], 62), point(ids[3], 63)])));
  expect(await ledgerOf(store, to.source)).toMatchObject({ received: 5, stored: 4, quarantined: 1 });
});
