import { parse } from 'csv-parse/sync';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RecordPage, ScorePage, Timeline } from '../../../schema/api.ts';
import { eraseUncovered } from '../../store/erase-uncovered.ts';
import type { Store } from '../../store/open.ts';
import { crisis, emotion, firstMs, momentAt, SampleStudy, temporaryStore } from '../../store/testing/sample-study.ts';
import { testConsole } from '../testing/console.ts';
import { call, signedIn } from '../testing/signed-in.ts';

let store: Store;
let remove: () => Promise<void>;
let app: FastifyInstance;
let session: Record<string, string>;
let study: SampleStudy;
let ana: Awaited<ReturnType<SampleStudy['person']>>;
let bo: Awaited<ReturnType<SampleStudy['person']>>;
let watch: Awaited<ReturnType<SampleStudy['person']>>;
const posts = 60;

beforeAll(async () => {
  ({ store, remove } = await temporaryStore());
  study = new SampleStudy(store, 'sleep');
  await study.create();
  [ana, bo] = [await study.person('ana'), await study.person('bo', 'x-archive')];
  watch = await study.person('ana', 'empatica-e4');
  for (let i = 0; i < posts; i++) {
    const results = [emotion(i / posts, 1 - i / posts), crisis((i % 7) - 0.25 * (i % 2))];
    await study.post(i % 3 === 0 ? bo : ana, `=post ${i} for @friend at mail@example.org`, i, results);
  }
  session = await signedIn(store, 'rea', [['sleep', 'researcher']]);
  app = await testConsole(store);
});
afterAll(async () => {
  await app.close();
  await remove();
});

async function get<T>(path: string): Promise<T> {
  const answer = await call(app, session, { url: `/v1/studies/sleep/${path}` });
  expect(answer.statusCode, answer.body.slice(0, 300)).toBe(200);
  return answer.json() as T;
}

test('scores come by time, the newest first, with numbers and decision as they were stored', async () => {
  const page = await get<ScorePage>('scores?size=4');
  expect(page).toMatchObject({ total: 2 * posts, page: 1, size: 4 });
  const last = posts - 1;
  const newest = page.rows.find((row) => row.head === 'emotion');
  expect(newest).toMatchObject({
    participant: ana.participant,
    kind: 'posts',
    grade: 'validated',
    key: 'joy',
    value: last / posts,
    scores: { joy: last / posts, fear: 1 - last / posts },
    decision: ['joy'],
    time: momentAt(firstMs + last * 86_400_000).utc,
  });
  const level = page.rows.find((row) => row.head === 'crisis');
  expect(level).toMatchObject({ key: 'severity', decision: 3, low: expect.any(Number), high: expect.any(Number) });
  expect(level?.scores.distribution).toEqual([0.5, 0.3, 0.1, 0.05, 0.03, 0.01, 0.01]);
});

test.each([
  ['head=crisis', posts],
  ['head=crisis&head=emotion', 2 * posts],
  ['kind=x-archive', 2 * (posts / 3)],
  ['grade=exploratory&kind=posts', 2 * (posts / 3)],
  ['key=joy&min=0.5', posts / 2],
  ['key=joy&min=0.5&max=0.75', 16],
  ['key=distribution.0&min=0.5', posts],
  ['head=crisis&min=5.5', 8],
  ['decision=fear', posts / 2 + 1],
  ['head=crisis&decision=3', 9],
  ['from=2026-01-02&to=2026-01-03', 4],
  ['decision=joy%27%20or%201=1', 0],
])('filter %s', async (query, total) => {
  expect((await get<ScorePage>(`scores?${query}`)).total).toBe(total);
});

test('pages follow one another and never overlap, whatever the order', async () => {
  for (const sort of ['time', '-time', 'value', '-value', 'participant', '-participant', 'head', '-head']) {
    const seen = new Set<string>();
    for (let page = 1; page <= 6; page++) {
      for (const row of (await get<ScorePage>(`scores?sort=${sort}&size=20&page=${page}`)).rows) seen.add(row.score);
    }
    expect(seen.size, sort).toBe(2 * posts);
  }
  const { rows } = await get<ScorePage>('scores?key=fear&sort=-value&size=3');
  expect(rows.map((row) => [row.key, row.value])).toEqual([0, 1, 2].map((i) => ['fear', 1 - i / posts]));
});

test('a facet counts as if its own filter were not set', async () => {
  const { facets } = await get<ScorePage>('scores?head=crisis&kind=x-archive');
  expect(facets.head).toEqual([
    { value: 'crisis', count: posts / 3 },
    { value: 'emotion', count: posts / 3 },
  ]);
  expect(facets.kind).toEqual([
    { value: 'posts', count: (2 * posts) / 3 },
    { value: 'x-archive', count: posts / 3 },
  ]);
  expect(facets.key.map((one) => one.value)).toContain('severity');
});

test('the CSV has every row of the view and a column for each label', async () => {
  const { body, headers } = await call(app, session, {
    url: '/v1/studies/sleep/scores.csv?head=emotion&key=joy&min=0.5&sort=value&size=3',
  });
  expect(headers['content-disposition']).toContain('sleep-scores.csv');
  const rows = parse(body, { columns: true }) as Record<string, string>[];
  expect(rows).toHaveLength(posts / 2);
  expect(rows[0]).toMatchObject({ key: 'joy', value: '0.5', decision: 'joy;fear', 'emotion.joy': '0.5', 'emotion.fear': '0.5' });
  const all = parse((await call(app, session, { url: '/v1/studies/sleep/scores.csv' })).body, { columns: true }) as Record<
    string,
    string
  >[];
  expect(all).toHaveLength(2 * posts);
  const level = all.find((row) => row.head === 'crisis');
  expect([level?.['crisis.distribution.6'], level?.['emotion.joy']]).toEqual(['0.01', '']);
});

test('the JSON has every row of the view, as the page has them', async () => {
  const { rows } = await get<{ rows: ScorePage['rows'] }>('scores.json?head=crisis&sort=time');
  expect(rows).toHaveLength(posts);
  expect(rows.slice(0, 10)).toEqual((await get<ScorePage>('scores?head=crisis&sort=time&size=10')).rows);
  expect((await get<{ rows: unknown[] }>('scores.json?participant=p_none')).rows).toEqual([]);
});

test('records are masked, with what they were scored', async () => {
  const page = await get<RecordPage>('records?size=2');
  expect(page.total).toBe(posts);
  expect(page.rows[0]?.text).toMatch(/^=post 59 for \[[A-Z]+\] at \[[A-Z]+\]$/);
  expect(page.rows[0]).toMatchObject({ masked: 2, type: 'post', kind: 'posts', end: null });
  expect(page.rows[0]?.scores.map((score) => [score.head, score.key])).toEqual([
    ['crisis', 'severity'],
    ['emotion', 'joy'],
  ]);
  expect(page.facets.type).toEqual([{ value: 'post', count: posts }]);
  const strong = await get<RecordPage>('records?key=joy&min=0.9&sort=time');
  expect(strong.total).toBe(6);
});

test('the CSV of records is complete, masked and harmless in a spreadsheet', async () => {
  const { body } = await call(app, session, { url: '/v1/studies/sleep/records.csv?sort=time&size=5' });
  const rows = parse(body, { columns: true }) as Record<string, string>[];
  expect(rows).toHaveLength(posts);
  expect(rows[0]?.text).toMatch(/^'=post 0 for \[[A-Z]+\] at \[[A-Z]+\]$/);
  expect(body).not.toContain('example.org');
});

test('what is stored later is found, and what was erased is gone', async () => {
  const cora = await study.person('cora');
  await study.post(cora, 'a late post', 400, [emotion(0.99, 0.01)]);
  const late = async () => (await get<ScorePage>(`scores?participant=${cora.participant}`)).total;
  await expect.poll(late, { timeout: 15_000 }).toBe(1);
  const { db } = store;
  await db.deleteFrom('decision').where('participant', '=', cora.participant).execute();
  await db.deleteFrom('score').where('participant', '=', cora.participant).execute();
  await db.deleteFrom('record').where('participant', '=', cora.participant).execute();
  await expect.poll(late, { timeout: 15_000 }).toBe(0);
}, 40_000);

test('what is left of a row of samples is shown, though there are as many rows as before', async () => {
  const emil = await study.person('emil');
  await study.spots(emil, 'heart_rate', [
    { ms: firstMs, value: 60 },
    { ms: firstMs + 1000, value: 180 },
  ]);
  await store.db.updateTable('batch').set({ received: 2, stored: 2 }).where('id', '=', emil.batch).execute();
  const path = `participants/${emil.participant}/timeline?signal=heart_rate`;
  const until = async () => (await get<Timeline>(path)).available.to;
  await expect.poll(until, { timeout: 15_000 }).toBe(momentAt(firstMs + 1000).utc);
  await eraseUncovered(store, emil.participant, (item) => (item.is === 'sample' && item.sample.value > 100 ? 'no-consent-kind' : null));
  await expect.poll(until, { timeout: 15_000 }).toBe(momentAt(firstMs).utc);
}, 40_000);

test('of a record that was edited the newest version is shown', async () => {
  const dora = await study.person('dora');
  await study.post(dora, 'as it is now', 3, [], '2026-03-01T00:00:00.000Z');
  await study.post(dora, 'as it was ..', 3, [], '2026-02-01T00:00:00.000Z');
  const texts = async () => (await get<RecordPage>(`records?participant=${dora.participant}`)).rows.map((row) => row.text);
  await expect.poll(texts, { timeout: 15_000 }).toEqual(['as it is now']);
}, 20_000);

test('scores over time by head and label, with their grade', async () => {
  const timeline = await get<Timeline>(`participants/${bo.participant}/timeline`);
  expect(timeline.available).toMatchObject({ heads: ['crisis', 'emotion'], signals: [] });
  const joy = timeline.heads.find((line) => line.key === 'joy');
  expect(joy).toMatchObject({ head: 'emotion', grade: 'validated' });
  expect(joy?.points.slice(0, 2)).toEqual(
    [0, 3].map((i) => expect.objectContaining({ t: firstMs + i * 86_400_000, value: i / posts, n: 1 })),
  );
  const severity = timeline.heads.find((line) => line.key === 'severity');
  expect(severity?.points[0]).toMatchObject({ min: 0, max: 1, score: expect.any(String) });
  expect(timeline.heads.some((line) => line.key.startsWith('distribution'))).toBe(false);
});

test('a day at 64 Hz becomes few points that keep every extreme, and gaps stay gaps', async () => {
  const rate = 64;
  const hour = new Float32Array(3600 * rate).map((_, i) => Math.sin(i / 40));
  for (let h = 0; h < 24; h++) {
    // The strap was off from 10 to 12.
    if (h === 10 || h === 11) continue;
    const values = hour.slice();
    if (h === 5) values[1000] = 99;
    await study.recording(watch, 'bvp', firstMs + h * 3_600_000, rate, values);
  }
  await study.spots(
    watch,
    'heart_rate',
    Array.from({ length: 30 }, (_, i) => ({ ms: firstMs + i * 60_000, value: 60 + i })),
  );
  const to = new Date(firstMs + 24 * 3_600_000).toISOString();
  const path = `participants/${watch.participant}/timeline?from=${new Date(firstMs).toISOString()}&to=${to}`;
  await expect.poll(async () => (await get<Timeline>(path)).signals.length, { timeout: 15_000 }).toBe(2);
  const { signals } = await get<Timeline>(`${path}&points=1900`);
  const bvp = signals.find((line) => line.signal === 'bvp');
  expect(bvp?.points.length).toBeLessThan(2000);
  expect(bvp?.points.reduce((sum, point) => sum + point.n, 0)).toBe(22 * 3600 * rate);
  expect(Math.max(...(bvp?.points ?? []).map((point) => point.max))).toBe(99);
  expect(bvp?.gaps).toEqual([{ from: firstMs + 10 * 3_600_000, to: firstMs + 12 * 3_600_000 }]);
  expect(bvp?.points.some((point) => point.t > firstMs + 10.1 * 3_600_000 && point.end < firstMs + 11.9 * 3_600_000)).toBe(false);
  const heart = (await get<Timeline>(`${path}&signal=heart_rate`)).signals;
  expect(heart).toHaveLength(1);
  expect(heart[0]?.points.reduce((sum, point) => sum + point.n, 0)).toBe(30);
}, 40_000);

test('weeks of a signal come from minutes, and keep count, mean and extremes', async () => {
  const start = firstMs + 100 * 86_400_000;
  const rate = 4;
  for (let day = 0; day < 14; day++) {
    const values = new Float32Array(86_400 * rate).fill(day);
    if (day === 7) values[12_345] = -50;
    await study.recording(watch, 'eda', start + day * 86_400_000, rate, values);
  }
  const range = `from=${new Date(start).toISOString()}&to=${new Date(start + 14 * 86_400_000).toISOString()}`;
  const path = `participants/${watch.participant}/timeline?${range}&signal=eda&points=100`;
  await expect.poll(async () => (await get<Timeline>(path)).signals.length, { timeout: 15_000 }).toBe(1);
  const [eda] = (await get<Timeline>(path)).signals;
  expect(eda?.points.reduce((sum, point) => sum + point.n, 0)).toBe(14 * 86_400 * rate);
  expect(eda?.gaps).toEqual([]);
  expect(eda?.points.at(-1)).toMatchObject({ min: 13, max: 13, mean: 13 });
  expect(Math.min(...(eda?.points ?? []).map((point) => point.min))).toBe(-50);
}, 40_000);

test('a participant of another study is unknown', async () => {
  const answer = await call(app, session, { url: '/v1/studies/sleep/participants/p_other/timeline' });
  expect([answer.statusCode, answer.json().error.code]).toEqual([404, 'unknown-participant']);
});
