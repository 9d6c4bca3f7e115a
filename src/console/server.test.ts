import { mkdtempSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { errorTable } from '../../schema/errors.ts';
import { createAccount, createSignInLink, grantRole } from '../store/accounts.ts';
import { listAudit } from '../store/audit.ts';
import type { Store } from '../store/open.ts';
import { SampleStudy, temporaryStore } from '../store/testing/sample-study.ts';
import { testConsole } from './testing/console.ts';
import { call, signedIn } from './testing/signed-in.ts';

let store: Store;
let remove: () => Promise<void>;
let app: FastifyInstance;
let webDist: string;
const log: string[] = [];

beforeAll(async () => {
  ({ store, remove } = await temporaryStore());
  await new SampleStudy(store, 'sleep').create();
  await createAccount(store, 'ana', 'correct horse battery');
  await grantRole(store, 'ana', 'sleep', 'researcher');
  webDist = mkdtempSync(join(tmpdir(), 'afferent-web-'));
  writeFileSync(join(webDist, 'index.html'), '<!doctype html><title>Afferent</title>');
  writeFileSync(join(webDist, 'app.js'), 'export {};');
  const logger = pino({ level: 'info' }, { write: (line: string) => void log.push(line) });
  app = await testConsole(store, { webDist, logger });
});
afterAll(async () => {
  await app.close();
  await rm(webDist, { recursive: true });
  await remove();
});

const post = (url: string, payload: object, headers: Record<string, string> = { 'x-afferent': '1' }) =>
  app.inject({ method: 'POST', url, payload, headers });

test('a name and password sign in, and the cookie is for this site and no script', async () => {
  const answer = await post('/v1/sign-in', { name: 'ana', password: 'correct horse battery' });
  expect(answer.statusCode).toBe(200);
  expect(answer.json()).toEqual({ account: 'ana', hasPassword: true, studies: [{ study: 'sleep', roles: ['researcher'] }] });
  expect(answer.cookies[0]).toMatchObject({ name: 'afferent_session', httpOnly: true, sameSite: 'Strict', path: '/' });
  const session = { afferent_session: answer.cookies[0]?.value ?? '' };
  expect((await call(app, session, { url: '/v1/me' })).json().account).toBe('ana');
  expect((await call(app, session, { method: 'POST', url: '/v1/sign-out' })).json()).toEqual({ done: true });
  expect((await call(app, session, { url: '/v1/me' })).statusCode).toBe(401);
  expect((await listAudit(store, 1))[0]).toMatchObject({ actor: 'ana', action: 'sign-in' });
});

test('a wrong password and a wrong name are answered alike', async () => {
  const [wrong, nobody] = [
    await post('/v1/sign-in', { name: 'ana', password: 'wrong' }),
    await post('/v1/sign-in', { name: 'bob', password: 'wrong' }),
  ];
  expect(wrong.statusCode).toBe(401);
  expect(wrong.body).toBe(nobody.body);
});

test('a link signs in once and leads to the pages', async () => {
  const token = await createSignInLink(store, 'ana');
  const first = await app.inject(`/v1/sign-in/link?token=${token}`);
  expect([first.statusCode, first.headers.location]).toEqual([302, '/']);
  expect((await app.inject(`/v1/sign-in/link?token=${token}`)).json().error.code).toBe('bad-sign-in');
});

test('a new password needs the old one and ends other sessions', async () => {
  const session = await signedIn(store, 'cora', []);
  const set = (current: string | null, password: string) =>
    call(app, session, { method: 'POST', url: '/v1/me/password', payload: { current, password } });
  const first = await set(null, 'a long password');
  expect(first.statusCode).toBe(200);
  expect((await call(app, session, { url: '/v1/me' })).statusCode).toBe(401);
  const next = { afferent_session: first.cookies[0]?.value ?? '' };
  const wrong = await call(app, next, {
    method: 'POST',
    url: '/v1/me/password',
    payload: { current: 'no', password: 'another password' },
  });
  expect(wrong.json().error.code).toBe('bad-sign-in');
});

test('writes need the header, and a page of another origin is refused', async () => {
  const body = { name: 'ana', password: 'x' };
  expect((await post('/v1/sign-in', body, {})).json().error.code).toBe('forbidden');
  const foreign = await post('/v1/sign-in', body, { 'x-afferent': '1', origin: 'https://evil.example', host: 'localhost' });
  expect(foreign.json().error.code).toBe('forbidden');
});

test('another host name is refused, an address in numbers is not', async () => {
  const status = async (host: string) => (await app.inject({ url: '/v1/health', headers: { host } })).statusCode;
  expect(await status('rebound.example:7000')).toBe(403);
  expect(await status('localhost:7000')).toBe(200);
  expect(await status('192.168.1.7:7000')).toBe(200);
  expect(await status('[::1]:7000')).toBe(200);
});

test('every error has the one shape and says nothing of what was sent', async () => {
  const session = await signedIn(store, 'dan', [['sleep', 'researcher']]);
  const canary = 'canary-4711';
  const answers = [
    await call(app, session, { url: `/v1/studies/sleep/scores?min=${canary}&from=${canary}` }),
    await call(app, session, { method: 'POST', url: '/v1/studies/sleep/sql', payload: { id: canary, sql: 1 } }),
    await call(app, session, {
      method: 'POST',
      url: '/v1/studies/sleep/sql',
      payload: `{"${canary}`,
      headers: { 'content-type': 'application/json' },
    }),
    await call(app, session, { url: `/v1/${canary}` }),
    await call(app, session, { url: `/v1/studies/sleep/participants/${canary}/timeline` }),
  ];
  for (const answer of answers) {
    const { error } = answer.json();
    expect(Object.keys(error)).toEqual(['code', 'message', 'hint', 'details']);
    expect(error.code in errorTable && errorTable[error.code as keyof typeof errorTable].status).toBe(answer.statusCode);
    expect(answer.body).not.toContain(canary);
  }
  expect(answers[0]?.json().error.details).toEqual({ fields: ['min', 'from'] });
  expect(log.join('')).not.toContain(canary);
});

test('logs name the route and hold no query', async () => {
  await app.inject('/v1/sign-in/link?token=secret-token');
  const line = log.findLast((one) => one.includes('/v1/sign-in/link'));
  expect(JSON.parse(line ?? '')).toMatchObject({ route: '/v1/sign-in/link', status: 401 });
  expect(log.join('')).not.toContain('secret-token');
});

test('pages come with a policy that lets nothing in from outside', async () => {
  const page = await app.inject('/studies/sleep/scores?head=emotion');
  expect(page.body).toContain('<title>Afferent</title>');
  const policy = String(page.headers['content-security-policy']);
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("frame-ancestors 'none'");
  expect(policy).not.toMatch(/https?:|\*/);
  expect((await app.inject('/app.js')).statusCode).toBe(200);
  expect((await app.inject('/none.js')).json().error.code).toBe('not-found');
  expect((await app.inject('/v1/none')).json().error.code).toBe('not-found');
});

test('the address of a page with .csv or .json leads to the table', async () => {
  const answer = await app.inject('/studies/sleep/scores.csv?head=emotion');
  expect([answer.statusCode, answer.headers.location]).toEqual([302, '/v1/studies/sleep/scores.csv?head=emotion']);
});

test('it answers over a real socket, and sign-in is limited', async () => {
  const own = await testConsole(store);
  const address = await own.listen({ host: '127.0.0.1', port: 0 });
  try {
    expect(await (await fetch(`${address}/v1/health`)).json()).toEqual({ ok: true });
    const statuses: number[] = [];
    for (let i = 0; i < 11; i++) {
      const answer = await fetch(`${address}/v1/sign-in`, {
        method: 'POST',
        headers: { 'x-afferent': '1', 'content-type': 'application/json' },
        body: JSON.stringify({ name: 'none', password: 'x' }),
      });
      statuses.push(answer.status);
      if (answer.status === 429) expect(((await answer.json()) as { error: { code: string } }).error.code).toBe('too-many');
    }
    expect(statuses.slice(0, 10)).toEqual(Array(10).fill(401));
    expect(statuses[10]).toBe(429);
  } finally {
    await own.close();
  }
});
