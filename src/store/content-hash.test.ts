import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Parsed } from '../../schema/source.ts';
import { copyKeyFile, type DatabaseName, databaseNames, type StoreHome, storeHome } from '../../test/support/store-home.ts';
import { addPerson, block, ingest, moment, post, sample, scorePosts, someDay } from '../../test/support/study-data.ts';
import { contentHash } from './content-hash.ts';
import { checkLedger } from './ledger-check.ts';
import type { Store } from './open.ts';
import { createStudy } from './studies.ts';
import { withdraw } from './withdraw.ts';

type Arrivals = Parsed[][][];

/** A home with these arrivals of one person, under the same key file as `like`. */
async function storeWith(
  database: DatabaseName,
  arrivals: Arrivals,
  like: StoreHome | null,
): Promise<{ home: StoreHome; store: Store; hash: string }> {
  const home = await storeHome(database);
  if (like) copyKeyFile(like, home);
  const store = await home.open();
  await createStudy(store, 'sleep', null);
  await addPerson(store, 'sleep', 'nobody-yet');
  await addArrivals(store, 'anna', arrivals);
  return { home, store, hash: await contentHash(store, 'sleep') };
}

async function addArrivals(store: Store, outsideId: string, arrivals: Arrivals): Promise<void> {
  const { source } = await addPerson(store, 'sleep', outsideId);
  for (const [i, groups] of arrivals.entries()) await ingest(store, source, `arrival ${i}`, ...groups);
}

const minutes = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => sample(someDay + (from + i) * 60_000, 60 + ((from + i) % 7)));
const samplesOf = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => Math.fround(Math.sin(from + i)));

describe.each(databaseNames)('the content hash on %s', (database) => {
  test('does not see how the same content came in', async () => {
    const posts = [post('1', 'one'), post('2', 'two'), post('1', 'one again', { version: '2026-03-01T00:00:00.000Z' })];
    const whole: Arrivals = [[[...posts, ...minutes(0, 900), block(0, samplesOf(0, 30))]]];
    const first = await storeWith(database, whole, null);
    const inPieces: Arrivals = [
      [
        [...posts.slice(1), ...minutes(300, 600)],
        [...minutes(500, 900).reverse(), block(12, samplesOf(12, 30))],
      ],
      [[block(0, samplesOf(0, 20)), ...minutes(0, 700)]],
      [[...posts].reverse()],
    ];
    const second = await storeWith(database, inPieces, first.home);
    expect(second.hash).toBe(first.hash);
    expect(first.hash).toMatch(/^[0-9a-f]{64}$/);
  });

  test.each<[string, Parsed]>([
    ['another text', post('1', 'two')],
    ['another id', post('2', 'one')],
    ['another time', post('1', 'one', { time: moment(someDay + 1) })],
    ['a sample', sample(someDay, 60)],
    ['a recording', block(0, [1])],
  ])('sees %s', async (_, item) => {
    const { store, hash } = await storeWith(database, [[[post('1', 'one')]]], null);
    const { source } = await addPerson(store, 'sleep', 'anna');
    await ingest(store, source, 'more', [item]);
    expect(await contentHash(store, 'sleep')).not.toBe(hash);
  });

  test('sees values, gaps, and whose they are', async () => {
    const first = await storeWith(database, [[[block(0, [1, 2, 3, 4])]]], null);
    const others = [[block(0, [1, 2]), block(3, [3, 4])], [block(1, [1, 2, 3, 4])], [block(0, [1, 2, 3, 5])]];
    const hashes = [first.hash];
    for (const items of others) hashes.push((await storeWith(database, [[items]], first.home)).hash);
    const home = await storeHome(database);
    copyKeyFile(first.home, home);
    const store = await home.open();
    await createStudy(store, 'sleep', null);
    await addArrivals(store, 'bert', [[[block(0, [1, 2, 3, 4])]]]);
    hashes.push(await contentHash(store, 'sleep'));
    expect(new Set(hashes).size).toBe(hashes.length);
  });

  test('sees scores and decisions, and forgets who withdraws', async () => {
    const { store, hash } = await storeWith(database, [[[post('1', 'one')]]], null);
    await scorePosts(store, 'sleep', [], '');
    const scored = await contentHash(store, 'sleep');
    expect(scored).not.toBe(hash);
    await addArrivals(store, 'bert', [[[post('9', 'nine'), ...minutes(0, 5)]]]);
    await scorePosts(store, 'sleep', [], '');
    expect(await contentHash(store, 'sleep')).not.toBe(scored);
    await withdraw(store, 'sleep', 'bert');
    expect(await contentHash(store, 'sleep')).toBe(scored);
  });
});

test('both databases give the same hash', async () => {
  const arrivals: Arrivals = [[[post('1', 'one'), post('2', 'zwei ä'), ...minutes(0, 3000)], [block(0, samplesOf(0, 50))]]];
  const sqlite = await storeWith('sqlite', arrivals, null);
  const postgres = await storeWith('postgres', arrivals, sqlite.home);
  await scorePosts(sqlite.store, 'sleep', [], '');
  await scorePosts(postgres.store, 'sleep', [], '');
  expect(postgres.hash).toBe(sqlite.hash);
  expect(await contentHash(postgres.store, 'sleep')).toBe(await contentHash(sqlite.store, 'sleep'));
});

test('whatever the order, overlap and cut of samples, what is stored is the same', async () => {
  const content = [...minutes(0, 12), ...minutes(720, 732)];
  const whole = await storeWith('sqlite', [[content]], null);
  const recording = samplesOf(0, 24);
  const both = await storeWith('sqlite', [[content, [block(0, recording)]]], whole.home);
  const group = fc.oneof(
    fc.subarray(content, { minLength: 1 }).chain((items) => fc.shuffledSubarray(items, { minLength: items.length })),
    fc.tuple(fc.nat(23), fc.integer({ min: 1, max: 24 })).map(([from, n]) => [block(from, recording.slice(from, from + n))]),
  );
  const arrivals = fc.array(fc.array(group, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(arrivals, async (given) => {
      // A last arrival brings whatever the others left out.
      const { store, hash } = await storeWith('sqlite', [...given, [[...content].reverse(), [block(0, recording)]]], whole.home);
      expect(hash).toBe(both.hash);
      expect((await checkLedger(store, 'sleep')).findings).toEqual([]);
      await store.close();
    }),
    { numRuns: 25, seed: 20260131 },
  );
});
