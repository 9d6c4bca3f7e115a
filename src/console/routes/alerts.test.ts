import { ApplicationFailure } from '@temporalio/common';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { AlertDetail, AlertQueue, AlertTexts } from '../../../schema/api.ts';
import { Policy } from '../../../schema/policy.ts';
import { openOrJoin } from '../../store/alerts.ts';
import { listAudit } from '../../store/audit.ts';
import type { Store } from '../../store/open.ts';
import { crisis, SampleStudy, temporaryStore } from '../../store/testing/sample-study.ts';
import type { ReviewClient } from '../review-client.ts';
import { directReview, testConsole } from '../testing/console.ts';
import { call, signedIn } from '../testing/signed-in.ts';

let store: Store;
let remove: () => Promise<void>;
let app: FastifyInstance;
let session: Record<string, string>;
let second: Record<string, string>;
let study: SampleStudy;
let person: Awaited<ReturnType<SampleStudy['person']>>;
let alert: string;
/** What the review client does instead of the workflow, when a test says so. */
let refusal: unknown = null;

const policy = Policy.parse({
  rules: [{ head: 'crisis', key: 'severity', atLeast: 4 }],
  people: [{ account: 'rea', mail: 'rea@example.org' }],
});

function reviewOf(inner: ReviewClient): ReviewClient {
  const unless =
    <T>(step: (id: string, update: T) => Promise<void>) =>
    async (id: string, update: T) => {
      if (refusal) throw refusal;
      await step(id, update);
    };
  return { claim: unless(inner.claim), rate: unless(inner.rate), close: unless(inner.close) };
}

beforeAll(async () => {
  ({ store, remove } = await temporaryStore());
  study = new SampleStudy(store, 'sleep');
  await study.create();
  session = await signedIn(store, 'rea', [['sleep', 'reviewer']]);
  second = await signedIn(store, 'rob', [['sleep', 'reviewer']]);
  app = await testConsole(store, { review: reviewOf(directReview(store)) });
});
afterAll(async () => {
  await app.close();
  await remove();
});

let number = 0;
beforeEach(async () => {
  refusal = null;
  person = await study.person(`person ${number++}`);
  // The evidence is "want to die", after a handle that is masked by a longer word.
  const { scores } = await study.post(person, '🙂 @bo I want to die', 0, [crisis(5, { crisis: [[8, 19]] })]);
  const opened = await openOrJoin(store, 'sleep', person.participant, policy, scores);
  alert = opened?.id ?? '';
});

const get = (path: string) => call(app, session, { url: `/v1/studies/sleep/alerts${path}` });
const post = (path: string, payload?: object, cookies = session) =>
  call(app, cookies, { method: 'POST', url: `/v1/studies/sleep/alerts/${alert}/${path}`, ...(payload ? { payload } : {}) });

test('the queue shows who must act, and remembers who watched', async () => {
  const queue = (await get('')).json() as AlertQueue;
  expect(queue.alerts.find((row) => row.id === alert)).toMatchObject({
    participant: person.participant,
    state: 'open',
    scores: 1,
    overdue: false,
    severity: null,
  });
  const again = (await call(app, second, { url: '/v1/studies/sleep/alerts' })).json() as AlertQueue;
  expect(again.watch).toMatchObject({ by: 'rea' });
});

test('the queue shows posts that could not be scored and sources that stand still', async () => {
  const { record } = await study.post(person, 'one that the model refused', 1, []);
  await store.db
    .insertInto('run_input')
    .values({
      run: study.run,
      ordinal: number,
      participant: person.participant,
      model: study.model,
      record,
      series: null,
      input_id: record,
      state: 'failed',
      error: 'text-too-long',
      result: null,
    })
    .execute();
  await store.db.updateTable('source').set({ last_run_at: '2026-01-01T00:00:00.000Z' }).where('id', '=', person.source).execute();
  const queue = (await get('')).json() as AlertQueue;
  expect(queue.unscored).toContainEqual(expect.objectContaining({ participant: person.participant, code: 'text-too-long', posts: 1 }));
  expect(queue.stalled).toContainEqual(expect.objectContaining({ source: person.source, everySeconds: 900 }));
});

test('the page of an alert has numbers and story, and not a word of the post', async () => {
  const answer = await get(`/${alert}`);
  const detail = answer.json() as AlertDetail;
  expect(detail.scores[0]).toMatchObject({ head: 'crisis', decision: 5, scores: { severity: 5 }, interval: { severity: [4, 6] } });
  expect(detail.policy).toMatchObject({ people: ['rea'], rules: policy.rules });
  expect(detail.events[0]).toMatchObject({ event: 'opened' });
  expect(answer.body).not.toMatch(/die|example\.org/);
});

test('opening shows the masked post with its evidence, and is audited', async () => {
  const { posts } = (await post('open')).json() as AlertTexts;
  expect(posts[0]?.text).toMatch(/^🙂 \[[A-Z]+\] I want to die$/u);
  const [begin, end] = posts[0]?.evidence[0]?.spans[0] ?? [0, 0];
  expect([...(posts[0]?.text ?? '')].slice(begin, end).join('')).toBe('want to die');
  expect((await listAudit(store, 1))[0]).toMatchObject({ actor: 'rea', action: 'alert-open', study: 'sleep', object: alert });
});

test('claim, rate and close', async () => {
  expect((await post('claim')).json()).toMatchObject({ state: 'claimed', claimedBy: 'rea' });
  expect((await post('rate', { severity: 5, note: 'spoke on the phone' })).json()).toMatchObject({ state: 'rated', severity: 5 });
  const stored = await store.db.selectFrom('rating').selectAll().where('alert', '=', alert).execute();
  expect(stored).toHaveLength(1);
  expect(stored[0]?.body.toString('latin1')).not.toContain('phone');
  expect(((await post('open')).json() as AlertTexts).notes).toMatchObject([{ by: 'rea', note: 'spoke on the phone' }]);
  expect((await post('close', { decision: 'contacted' })).json()).toMatchObject({ state: 'closed', decision: 'contacted' });
  expect((await post('rate', { severity: 1 })).json().error.code).toBe('alert-closed');
});

test('a step is in the audit before it is asked for, and again when it was taken', async () => {
  refusal = new Error('the server is away');
  await post('claim');
  expect((await listAudit(store, 1))[0]).toMatchObject({ actor: 'rea', action: 'alert-claim-asked', study: 'sleep', object: alert });
  refusal = null;
  await post('claim');
  expect((await listAudit(store, 2)).map((row) => row.action)).toEqual(['alert-claim', 'alert-claim-asked']);
});

test('somebody whose withdrawal is under way does not take the queue from the others', async () => {
  await post('claim');
  await post('rate', { severity: 5 });
  await store.keys.destroy('sleep', person.participant, 'grave');
  const answer = await get('');
  expect(answer.statusCode).toBe(200);
  expect((answer.json() as AlertQueue).alerts.find((row) => row.id === alert)).toMatchObject({ state: 'rated', severity: null });
});

test('of two who claim at once, one has it', async () => {
  const answers = await Promise.all([post('claim'), post('claim', undefined, second)]);
  expect(answers.map((answer) => answer.statusCode).sort()).toEqual([200, 409]);
  expect(answers.find((answer) => answer.statusCode === 409)?.json().error.code).toBe('alert-claimed');
});

test('a refusal of the workflow keeps its code, and leaves no draft', async () => {
  const failure = ApplicationFailure.create({ type: 'alert-not-claimed', message: 'refused', nonRetryable: true });
  refusal = Object.assign(new Error('update failed'), { cause: failure });
  const answer = await post('rate', { severity: 2, note: 'x' });
  expect([answer.statusCode, answer.json().error.code]).toEqual([409, 'alert-not-claimed']);
  expect(await store.db.selectFrom('rating').select('id').where('alert', '=', alert).execute()).toEqual([]);
});

test('without Temporal it says so, and tells nothing of the cause', async () => {
  refusal = new Error('14 UNAVAILABLE: a message with content');
  const answer = await post('claim');
  expect([answer.statusCode, answer.json().error.code]).toEqual([503, 'temporal-down']);
  expect(answer.body).not.toContain('content');
});

test('an alert of another study is unknown', async () => {
  await new SampleStudy(store, `other-${number}`).create();
  const elsewhere = await signedIn(store, `eve-${number}`, [[`other-${number}`, 'reviewer']]);
  const answer = await call(app, elsewhere, { method: 'POST', url: `/v1/studies/other-${number}/alerts/${alert}/open` });
  expect([answer.statusCode, answer.json().error.code]).toEqual([404, 'unknown-alert']);
});

test('severity and decision are checked', async () => {
  expect((await post('rate', { severity: 7 })).json().error).toMatchObject({ code: 'usage', details: { fields: ['severity'] } });
  expect((await post('close', { decision: 'nothing' })).json().error.code).toBe('usage');
});
