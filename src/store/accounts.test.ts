import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { databaseNames } from '../../test/support/store-home.ts';
import {
  accountRoles,
  checkPassword,
  consumeSignInLink,
  createAccount,
  createSession,
  createSignInLink,
  endSession,
  grantRole,
  revokeRole,
  sessionAccount,
  setPassword,
} from './accounts.ts';
import type { Store } from './open.ts';
import { createStudy } from './studies.ts';
import { temporaryStore } from './testing/sample-study.ts';

describe.each(databaseNames)('%s', (database) => {
  let store: Store;
  let remove: () => Promise<void>;
  beforeEach(async () => {
    ({ store, remove } = await temporaryStore(database));
  });
  afterEach(() => remove());

  const code = (expected: string) => expect.objectContaining({ code: expected });

  test('a password is stored as argon2id and checked', async () => {
    await createAccount(store, 'ana', 'correct horse battery');
    const row = await store.db.selectFrom('account').selectAll().executeTakeFirstOrThrow();
    expect(row.password).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(await checkPassword(store, 'ana', 'correct horse battery')).toBe(true);
    expect(await checkPassword(store, 'ana', 'wrong')).toBe(false);
    expect(await checkPassword(store, 'nobody', 'correct horse battery')).toBe(false);
  });

  test('an account without a password is signed in by no password', async () => {
    await createAccount(store, 'ana');
    expect(await checkPassword(store, 'ana', '')).toBe(false);
  });

  test('names are checked and taken once', async () => {
    await expect(createAccount(store, '\u0000x')).rejects.toEqual(code('usage'));
    await createAccount(store, 'ana');
    await expect(createAccount(store, 'ana')).rejects.toEqual(code('account-exists'));
  });

  test('a link signs in once, and not after its time', async () => {
    await createAccount(store, 'ana');
    const token = await createSignInLink(store, 'ana', 60_000);
    expect(await consumeSignInLink(store, token)).toBe('ana');
    await expect(consumeSignInLink(store, token)).rejects.toEqual(code('bad-sign-in'));
    const late = await createSignInLink(store, 'ana', -1);
    await expect(consumeSignInLink(store, late)).rejects.toEqual(code('bad-sign-in'));
  });

  test('tokens are not in the database, and a session ends with sign-out or a new password', async () => {
    await createAccount(store, 'ana', 'first password');
    const { token } = await createSession(store, 'ana');
    const rows = await store.db.selectFrom('session').selectAll().execute();
    expect(JSON.stringify(rows)).not.toContain(token);
    expect(await sessionAccount(store, token)).toBe('ana');
    await endSession(store, token);
    expect(await sessionAccount(store, token)).toBeNull();
    const second = await createSession(store, 'ana');
    await setPassword(store, 'ana', 'second password');
    expect(await sessionAccount(store, second.token)).toBeNull();
  });

  test('roles are granted for a study that exists, and taken back', async () => {
    await createStudy(store, 'sleep', null);
    await createAccount(store, 'ana');
    await grantRole(store, 'ana', 'sleep', 'researcher');
    await grantRole(store, 'ana', 'sleep', 'researcher');
    await grantRole(store, 'ana', 'sleep', 'data-manager');
    expect(await accountRoles(store, 'ana')).toEqual([{ study: 'sleep', roles: ['data-manager', 'researcher'] }]);
    await revokeRole(store, 'ana', 'sleep', 'data-manager');
    expect(await accountRoles(store, 'ana')).toEqual([{ study: 'sleep', roles: ['researcher'] }]);
    await expect(grantRole(store, 'ana', 'none', 'reviewer')).rejects.toEqual(code('unknown-study'));
    await expect(grantRole(store, 'bo', 'sleep', 'reviewer')).rejects.toEqual(code('unknown-account'));
  });
});
