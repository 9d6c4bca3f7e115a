import { isIP } from 'node:net';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { AfferentError } from '../../schema/errors.ts';
import type { Role } from '../../schema/roles.ts';
import { accountRoles, sessionAccount } from '../store/accounts.ts';
import type { Store } from '../store/open.ts';
import { access } from './access.ts';

export const sessionCookie = 'afferent_session';
/** Writes carry this header: a page of another origin cannot send it without asking, and is never allowed to. */
export const writeHeader = 'x-afferent';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who is signed in; the empty string on routes that are open. */
    account: string;
    /** Roles in the study of the address. */
    roles: readonly Role[];
  }
}

/** Refuses what was sent to another name (DNS rebinding), by another origin, or by somebody without the role. */
export function guard(app: FastifyInstance, store: Store, hosts: readonly string[]): void {
  app.decorateRequest('account', '');
  app.decorateRequest('roles');
  app.addHook('onRoute', (route) => {
    for (const method of [route.method].flat()) {
      if (!access[`${method} ${route.url}`]) throw new Error(`no access is declared for ${method} ${route.url}`);
    }
  });
  app.addHook('onRequest', async (request) => {
    checkHost(request, hosts);
    // A device shows its token itself: no page can make somebody's browser do that.
    if (access[`${request.method} ${request.routeOptions.url}`] === 'device') return;
    if (request.method !== 'GET' && request.method !== 'HEAD') checkOrigin(request);
    await checkAccess(request, store);
  });
}

/** An address in numbers cannot be made to point elsewhere; a name must be one of ours. */
function checkHost(request: FastifyRequest, hosts: readonly string[]): void {
  const name = (request.headers.host ?? '').replace(/:\d+$/, '').toLowerCase();
  if (!hosts.includes(name) && isIP(name.replace(/^\[|\]$/g, '')) === 0) throw new AfferentError('forbidden', { what: 'host name' });
}

function checkOrigin(request: FastifyRequest): void {
  const { origin, host } = request.headers;
  if (request.headers[writeHeader] !== '1') throw new AfferentError('forbidden', { what: 'header x-afferent' });
  if (origin !== undefined && origin.replace(/^https?:\/\//, '') !== host) throw new AfferentError('forbidden', { what: 'origin' });
}

async function checkAccess(request: FastifyRequest, store: Store): Promise<void> {
  const { url } = request.routeOptions;
  // Nothing is at this address: the handler for that answers.
  if (url === undefined) return;
  const allowed = access[`${request.method} ${url}`];
  if (allowed === 'open' || allowed === 'device') return;
  const token = request.cookies[sessionCookie];
  const account = token ? await sessionAccount(store, token) : null;
  if (!account) throw new AfferentError('sign-in');
  request.account = account;
  if (allowed === 'signed-in') return;
  const { study } = request.params as { study: string };
  const roles = (await accountRoles(store, account)).find((row) => row.study === study)?.roles ?? [];
  // Whether a study exists is told only to those who have a part in it.
  if (roles.length === 0) throw new AfferentError('unknown-study');
  if (!allowed?.some((role) => roles.includes(role))) throw new AfferentError('forbidden');
  request.roles = roles;
}
