import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Completeness } from '../../../schema/completeness.ts';
import type { Store } from '../../store/open.ts';
import { SampleStudy, temporaryStore } from '../../store/testing/sample-study.ts';
import { testConsole } from '../testing/console.ts';
import { call, signedIn } from '../testing/signed-in.ts';

let store: Store;
let remove: () => Promise<void>;
let app: FastifyInstance;
let session: Record<string, string>;
let source: string;

beforeAll(async () => {
  ({ store, remove } = await temporaryStore());
  const study = new SampleStudy(store, 'sleep');
  await study.create();
  const person = await study.person('ana', 'fitbit');
  source = person.source;
  await study.spots(person, 'steps', [{ ms: Date.parse('2026-03-01T10:00:00Z'), value: 3 }]);
  const none = { duplicate: 0, quarantined: 0, excluded: 0, erased: 0 };
  for (const day of ['2026-03-01', '2026-03-03']) {
    await store.db
      .insertInto('ledger')
      .values({ batch: person.batch, day, received: 1, stored: 1, ...none })
      .execute();
  }
  session = await signedIn(store, 'dan', [['sleep', 'data-manager']]);
  app = await testConsole(store);
});
afterAll(async () => {
  await app.close();
  await remove();
});

test('completeness has every day, as shape, as rows and as a picture', async () => {
  const url = '/v1/studies/sleep/completeness';
  const whole = (await call(app, session, { url: `${url}?to=2026-03-03` })).json() as Completeness;
  expect(whole.sources).toMatchObject([{ source, states: { whole: 2, partial: 0, missing: 1, quiet: 0 } }]);
  const csv = (await call(app, session, { url: `${url}.csv?to=2026-03-03` })).body.trim().split(/\r?\n/);
  expect(csv).toHaveLength(4);
  expect(csv[2]).toContain('2026-03-02');
  const picture = await call(app, session, { url: `${url}.svg?to=2026-03-03` });
  expect(picture.headers['content-type']).toContain('image/svg+xml');
  expect(picture.body).toContain('2026-03-02: missing');
  expect((await call(app, session, { url: `${url}?from=yesterday` })).statusCode).toBe(400);
});

test('is for those who may see the study', async () => {
  const stranger = await signedIn(store, 'rita', [['sleep', 'reviewer']]);
  expect((await call(app, stranger, { url: '/v1/studies/sleep/completeness.svg' })).statusCode).toBe(403);
});
