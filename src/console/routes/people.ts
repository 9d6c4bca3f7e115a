import type { FastifyInstance, FastifyReply } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { Done, Health, Me, SetPassword, SignIn, SignInLinkQuery } from '../../../schema/api.ts';
import { AfferentError } from '../../../schema/errors.ts';
import {
  accountRoles,
  checkPassword,
  consumeSignInLink,
  createSession,
  endSession,
  requireAccount,
  setPassword,
} from '../../store/accounts.ts';
import { appendAudit } from '../../store/audit.ts';
import type { Store } from '../../store/open.ts';
import { sessionCookie } from '../guard.ts';
import type { ConsoleParts } from '../server.ts';

const tries = { rateLimit: { max: 10, timeWindow: 60_000 } };

/** Signing in and out. */
export function peopleRoutes({ store, secureCookie }: ConsoleParts) {
  const cookie = { httpOnly: true, sameSite: 'strict', path: '/', secure: secureCookie } as const;
  const begin = async (reply: FastifyReply, account: string, how: string) => {
    const { token, maxAgeSeconds } = await createSession(store, account);
    await appendAudit(store, { actor: account, action: how, study: null, object: null });
    reply.setCookie(sessionCookie, token, { ...cookie, maxAge: maxAgeSeconds });
  };

  return async (instance: FastifyInstance) => {
    const app = instance.withTypeProvider<ZodTypeProvider>();
    app.get('/v1/health', { schema: { response: { 200: Health } } }, async () => ({ ok: true as const }));
    app.get('/v1/openapi.json', { schema: { hide: true } }, async () => instance.swagger());

    app.post('/v1/sign-in', { config: tries, schema: { body: SignIn, response: { 200: Me } } }, async (request, reply) => {
      const { name, password } = request.body;
      if (!(await checkPassword(store, name, password))) throw new AfferentError('bad-sign-in');
      await begin(reply, name, 'sign-in');
      return whoIs(store, name);
    });

    app.get('/v1/sign-in/link', { config: tries, schema: { querystring: SignInLinkQuery } }, async (request, reply) => {
      const account = await consumeSignInLink(store, request.query.token);
      await begin(reply, account, 'sign-in-link');
      return reply.redirect('/');
    });

    app.post('/v1/sign-out', { schema: { response: { 200: Done } } }, async (request, reply) => {
      const token = request.cookies[sessionCookie];
      if (token) await endSession(store, token);
      reply.clearCookie(sessionCookie, cookie);
      return { done: true as const };
    });

    app.get('/v1/me', { schema: { response: { 200: Me } } }, async (request) => whoIs(store, request.account));

    app.post('/v1/me/password', { config: tries, schema: { body: SetPassword, response: { 200: Done } } }, async (request, reply) => {
      const { hasPassword } = await requireAccount(store, request.account);
      const { current, password } = request.body;
      if (hasPassword && !(await checkPassword(store, request.account, current ?? ''))) throw new AfferentError('bad-sign-in');
      await setPassword(store, request.account, password);
      await begin(reply, request.account, 'set-password');
      return { done: true as const };
    });
  };
}

async function whoIs(store: Store, account: string): Promise<Me> {
  const { hasPassword } = await requireAccount(store, account);
  return { account, hasPassword, studies: await accountRoles(store, account) };
}
