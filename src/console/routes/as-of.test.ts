import { expect, onTestFinished, test } from 'vitest';
import type { AsOfPage } from '../../../schema/api.ts';
import { storeHome } from '../../../test/support/store-home.ts';
import { addPerson, ingest, post } from '../../../test/support/study-data.ts';
import type { Store } from '../../store/open.ts';
import { createStudy } from '../../store/studies.ts';
import { testConsole } from '../testing/console.ts';
import { call, signedIn } from '../testing/signed-in.ts';

const days = ['2026-03-01T00:00:00.000Z', '2026-03-02T00:00:00.000Z', '2026-03-03T00:00:00.000Z'];

/** A day that a vendor restates twice: it says one thing, another, and the first again. */
async function restatedTwice(store: Store) {
  await createStudy(store, 'sleep', null);
  const { source } = await addPerson(store, 'sleep', 'anna');
  for (const [i, text] of ['first @friend', 'second', 'first @friend'].entries()) {
    const batch = await ingest(store, source, `file ${i}`, [post('1', text)]);
    const at = days[i] as string;
    await store.db.updateTable('batch').set({ arrived_at: at }).where('id', '=', batch).execute();
    await store.db.updateTable('restatement').set({ at }).where('at', '>', '2026-04').execute();
  }
  return source;
}

test('each moment has the version that was known then, masked, for researchers alone', async () => {
  const store = await (await storeHome('sqlite')).open();
  const source = await restatedTwice(store);
  const app = await testConsole(store);
  onTestFinished(() => app.close());
  const rea = await signedIn(store, 'rea', [['sleep', 'researcher']]);
  const at = async (moment: string) => {
    const answer = await call(app, rea, { url: `/v1/studies/sleep/records/as-of?at=${encodeURIComponent(moment)}&source=${source}` });
    expect(answer.statusCode, answer.body).toBe(200);
    return answer.json() as AsOfPage;
  };
  const texts = (page: AsOfPage) => page.rows.map((row) => row.text);
  expect(texts(await at('2026-02-28T00:00:00Z'))).toEqual([]);
  const pages = await Promise.all(days.map(at));
  expect(pages.map(texts)).toEqual([['first [USER]'], ['second'], ['first [USER]']]);
  expect(pages.map((page) => page.rows[0]?.known)).toEqual(days);
  expect(texts(await at('2026-03-02T02:00:00+03:00'))).toEqual(['first [USER]']);
  expect(pages[0]).toMatchObject({ total: 1, rows: [{ type: 'post', masked: 1, version: null }] });

  const csv = await call(app, rea, { url: `/v1/studies/sleep/records/as-of.csv?at=${days[1]}` });
  expect([csv.statusCode, csv.body.split('\r\n').length, csv.body.includes('second')]).toEqual([200, 3, true]);
  const json = await call(app, rea, { url: `/v1/studies/sleep/records/as-of.json?at=${days[2]}` });
  expect((json.json() as AsOfPage).rows.map((row) => row.text)).toEqual(['first [USER]']);
  expect((await call(app, rea, { url: '/v1/studies/sleep/records/as-of?at=yesterday' })).statusCode).toBe(400);
});

test('nobody else is told', async () => {
  const store = await (await storeHome('sqlite')).open();
  await restatedTwice(store);
  await createStudy(store, 'other', null);
  const app = await testConsole(store);
  onTestFinished(() => app.close());
  const manager = await signedIn(store, 'max', [['sleep', 'data-manager']]);
  const stranger = await signedIn(store, 'sam', [['other', 'researcher']]);
  for (const form of ['', '.csv', '.json']) {
    const url = `/v1/studies/sleep/records/as-of${form}?at=${days[0]}`;
    const codes = await Promise.all([{}, manager, stranger].map(async (who) => (await call(app, who, { url })).json().error.code));
    expect(codes).toEqual(['sign-in', 'forbidden', 'unknown-study']);
  }
});
