import type { FastifyInstance, InjectOptions } from 'fastify';
import type { Role } from '../../../schema/roles.ts';
import { createAccount, createSession, grantRole } from '../../store/accounts.ts';
import type { Store } from '../../store/open.ts';
import { sessionCookie, writeHeader } from '../guard.ts';

/** An account with these roles in these studies; gives the cookie of a session of it. */
export async function signedIn(store: Store, name: string, roles: [study: string, role: Role][]): Promise<Record<string, string>> {
  await createAccount(store, name);
  for (const [study, role] of roles) await grantRole(store, name, study, role);
  const { token } = await createSession(store, name);
  return { [sessionCookie]: token };
}

/** Calls the console as its page would: with the session's cookie and the header of writes. */
export function call(app: FastifyInstance, cookies: Record<string, string>, options: InjectOptions) {
  return app.inject({ ...options, cookies, headers: { [writeHeader]: '1', ...options.headers } });
}
