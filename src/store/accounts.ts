import { createHash, randomBytes } from 'node:crypto';
import { AfferentError } from '../../schema/errors.ts';
import type { Role } from '../../schema/roles.ts';
import { now } from './clock.ts';
import type { Store } from './open.ts';
import { hashPassword, verifyPassword } from './passwords.ts';
import { requireStudy } from './studies.ts';

const accountName = /^[\p{L}\p{N}][\p{L}\p{N}._@ -]{0,126}$/u;
const sessionMs = 12 * 3_600_000;

export interface Account {
  name: string;
  hasPassword: boolean;
}

/** Tokens are stored hashed: who reads the database cannot sign in with what is there. */
function tokenHash(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

function newToken(): string {
  return randomBytes(32).toString('base64url');
}

/** @throws AfferentError `usage` for a name that is no name, `account-exists` */
export async function createAccount(store: Store, name: string, password: string | null = null): Promise<void> {
  if (!accountName.test(name)) throw new AfferentError('usage', { what: 'account name' });
  const { numInsertedOrUpdatedRows } = await store.db
    .insertInto('account')
    .values({ name, password: password === null ? null : await hashPassword(password), created_at: now() })
    .onConflict((c) => c.doNothing())
    .executeTakeFirstOrThrow();
  if (!numInsertedOrUpdatedRows) throw new AfferentError('account-exists');
}

/** @throws AfferentError `unknown-account` */
export async function requireAccount(store: Store, name: string): Promise<Account> {
  const row = await store.db.selectFrom('account').select(['name', 'password']).where('name', '=', name).executeTakeFirst();
  if (!row) throw new AfferentError('unknown-account');
  return { name: row.name, hasPassword: row.password !== null };
}

export async function listAccounts(store: Store): Promise<Account[]> {
  const rows = await store.db.selectFrom('account').select(['name', 'password']).orderBy('name').execute();
  return rows.map((row) => ({ name: row.name, hasPassword: row.password !== null }));
}

/** Sets the password and ends every session and link of the account. @throws AfferentError `unknown-account` */
export async function setPassword(store: Store, name: string, password: string): Promise<void> {
  await requireAccount(store, name);
  const hash = await hashPassword(password);
  await store.db.transaction().execute(async (tx) => {
    await tx.updateTable('account').set({ password: hash }).where('name', '=', name).execute();
    await tx.deleteFrom('session').where('account', '=', name).execute();
    await tx.deleteFrom('sign_in_link').where('account', '=', name).execute();
  });
}

/** Whether this is the account's password; takes as long for a name that does not exist. */
export async function checkPassword(store: Store, name: string, password: string): Promise<boolean> {
  const row = await store.db.selectFrom('account').select('password').where('name', '=', name).executeTakeFirst();
  return verifyPassword(row?.password ?? null, password);
}

/** @throws AfferentError `unknown-account`, `unknown-study` */
export async function grantRole(store: Store, account: string, study: string, role: Role): Promise<void> {
  await requireAccount(store, account);
  await requireStudy(store, study);
  await store.db
    .insertInto('role')
    .values({ account, study, role })
    .onConflict((c) => c.doNothing())
    .execute();
}

export async function revokeRole(store: Store, account: string, study: string, role: Role): Promise<void> {
  await store.db.deleteFrom('role').where('account', '=', account).where('study', '=', study).where('role', '=', role).execute();
}

/** Roles of the account, by study, in order of names. */
export async function accountRoles(store: Store, account: string): Promise<{ study: string; roles: Role[] }[]> {
  const rows = await store.db
    .selectFrom('role')
    .select(['study', 'role'])
    .where('account', '=', account)
    .orderBy('study')
    .orderBy('role')
    .execute();
  const studies = new Map<string, Role[]>();
  for (const row of rows) studies.set(row.study, [...(studies.get(row.study) ?? []), row.role]);
  return [...studies].map(([study, roles]) => ({ study, roles }));
}

/** A token that signs in once, within `ttlMs`. @throws AfferentError `unknown-account` */
export async function createSignInLink(store: Store, account: string, ttlMs = 3_600_000): Promise<string> {
  await requireAccount(store, account);
  await store.db.deleteFrom('sign_in_link').where('expires_ms', '<', Date.now()).execute();
  const token = newToken();
  await store.db
    .insertInto('sign_in_link')
    .values({ token_hash: tokenHash(token), account, expires_ms: Date.now() + ttlMs })
    .execute();
  return token;
}

/** Uses a link up and says whose it was. @throws AfferentError `bad-sign-in` */
export async function consumeSignInLink(store: Store, token: string): Promise<string> {
  const gone = await store.db
    .deleteFrom('sign_in_link')
    .where('token_hash', '=', tokenHash(token))
    .returning(['account', 'expires_ms'])
    .executeTakeFirst();
  if (!gone || gone.expires_ms < Date.now()) throw new AfferentError('bad-sign-in');
  return gone.account;
}

/** Starts a session and gives its token, for the cookie alone. */
export async function createSession(store: Store, account: string): Promise<{ token: string; maxAgeSeconds: number }> {
  await store.db.deleteFrom('session').where('expires_ms', '<', Date.now()).execute();
  const token = newToken();
  await store.db
    .insertInto('session')
    .values({ token_hash: tokenHash(token), account, expires_ms: Date.now() + sessionMs })
    .execute();
  return { token, maxAgeSeconds: sessionMs / 1000 };
}

/** Whose session this is, or null when it ended. */
export async function sessionAccount(store: Store, token: string): Promise<string | null> {
  const row = await store.db
    .selectFrom('session')
    .select(['account', 'expires_ms'])
    .where('token_hash', '=', tokenHash(token))
    .executeTakeFirst();
  return row && row.expires_ms >= Date.now() ? row.account : null;
}

export async function endSession(store: Store, token: string): Promise<void> {
  await store.db.deleteFrom('session').where('token_hash', '=', tokenHash(token)).execute();
}
