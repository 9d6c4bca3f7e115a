import type { FastifyInstance, InjectOptions } from 'fastify';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Role } from '../../schema/roles.ts';
import type { Store } from '../store/open.ts';
import { SampleStudy, temporaryStore } from '../store/testing/sample-study.ts';
import { access } from './access.ts';
import { testConsole } from './testing/console.ts';
import { call, signedIn } from './testing/signed-in.ts';

let store: Store;
let remove: () => Promise<void>;
let app: FastifyInstance;
const cookies: Record<string, Record<string, string>> = {};
const people: [name: string, role: Role | null][] = [
  ['data-manager', 'data-manager'],
  ['researcher', 'researcher'],
  ['reviewer', 'reviewer'],
  ['elsewhere', null],
];

beforeAll(async () => {
  ({ store, remove } = await temporaryStore());
  await new SampleStudy(store, 'sleep').create();
  await new SampleStudy(store, 'other').create();
  for (const [name, role] of people) {
    cookies[name] = await signedIn(store, name, role ? [['sleep', role]] : [['other', 'researcher']]);
  }
  app = await testConsole(store);
});
afterAll(async () => {
  await app.close();
  await remove();
});

function requestOf(route: string): InjectOptions {
  const [method, path] = route.split(' ') as ['GET' | 'POST' | 'DELETE', string];
  const url = path.replace(':study', 'sleep').replace(':participant', 'p_none').replace(':id', 'none');
  return { method, url: url.endsWith('sql.csv') ? `${url}?sql=select+1` : url };
}

const studyRoutes = Object.entries(access).filter(([route]) => route.includes('/studies/:study'));

test.each(studyRoutes)('%s is open to its roles and to nobody else', async (route, allowed) => {
  const nobody = await call(app, {}, requestOf(route));
  expect([nobody.statusCode, nobody.json().error.code]).toEqual([401, 'sign-in']);
  for (const [name, role] of people) {
    const answer = await call(app, cookies[name] ?? {}, requestOf(route));
    const code = answer.headers['content-type']?.toString().startsWith('application/json') ? answer.json().error?.code : undefined;
    if (role === null) expect([answer.statusCode, code], name).toEqual([404, 'unknown-study']);
    else if (!(allowed as Role[]).includes(role)) expect([answer.statusCode, code], name).toEqual([403, 'forbidden']);
    else expect(['forbidden', 'unknown-study', 'sign-in', 'internal', 'not-found'], name).not.toContain(code);
  }
});

test.each(Object.entries(access).filter(([, allowed]) => allowed === 'signed-in'))('%s needs a sign-in', async (route) => {
  const answer = await call(app, {}, requestOf(route));
  expect([answer.statusCode, answer.json().error.code]).toEqual([401, 'sign-in']);
});

test('the table names every route that there is, and no other', async () => {
  const document = (await app.inject('/v1/openapi.json')).json() as { paths: Record<string, Record<string, unknown>> };
  const found = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`),
  );
  const hidden = ['GET /*', 'HEAD /*', 'GET /v1/openapi.json'];
  expect([...found, ...hidden].sort()).toEqual(Object.keys(access).sort());
});

test('a role that was taken away is gone at the next request', async () => {
  const session = await signedIn(store, 'fleeting', [['sleep', 'researcher']]);
  expect((await call(app, session, { url: '/v1/studies/sleep' })).statusCode).toBe(200);
  await store.db.deleteFrom('role').where('account', '=', 'fleeting').execute();
  expect((await call(app, session, { url: '/v1/studies/sleep' })).statusCode).toBe(404);
});
