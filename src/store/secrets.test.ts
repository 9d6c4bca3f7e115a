import { createHmac } from 'node:crypto';
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { storeHome } from '../../test/support/store-home.ts';
import { openStore } from './open.ts';
import { pseudonym } from './participants.ts';
import { seal, unseal } from './seal.ts';
import { deriveSecrets, hmacSha256, readSecrets } from './secrets.ts';

test('the key file is made once, for its owner alone, and not again when it is missing', async () => {
  const home = await storeHome('sqlite');
  const { keyFile } = home.address;
  await (await home.open()).close();
  expect(statSync(keyFile).mode & 0o777).toBe(0o600);
  const text = readFileSync(keyFile, 'utf8');
  expect(text).toMatch(/^[0-9a-f]{64}\n$/);
  rmSync(keyFile);
  await expect(openStore(home.address)).rejects.toMatchObject({ code: 'no-key-file' });
  expect(existsSync(keyFile)).toBe(false);
  writeFileSync(keyFile, `${'0'.repeat(64)}\n`);
  await expect(openStore(home.address)).rejects.toMatchObject({ code: 'wrong-key-file' });
  writeFileSync(keyFile, text);
  await (await home.open()).close();
});

test('a key file of another form is refused', async () => {
  const { address } = await storeHome('sqlite');
  writeFileSync(address.keyFile, 'a short one\n');
  expect(() => readSecrets(address.keyFile, true)).toThrowError(expect.objectContaining({ code: 'wrong-key-file' }));
});

test('hashes differ by key, study, purpose and where their parts end', () => {
  const [one, two] = [deriveSecrets(Buffer.alloc(32, 1)), deriveSecrets(Buffer.alloc(32, 2))];
  const hashes = [
    one.study('sleep')('record', 'ab', 'c'),
    one.study('sleep')('record', 'a', 'bc'),
    one.study('sleep')('record', 'abc'),
    one.study('sleep')('input', 'ab', 'c'),
    one.study('mood')('record', 'ab', 'c'),
    two.study('sleep')('record', 'ab', 'c'),
  ];
  expect(new Set(hashes).size).toBe(hashes.length);
  expect(deriveSecrets(Buffer.alloc(32, 1)).study('sleep')('record', 'ab', 'c')).toBe(hashes[0]);
});

test('one person is another pseudonym in another study', async () => {
  const store = await (await storeHome('sqlite')).open();
  expect(pseudonym(store, 'sleep', 'anna')).toMatch(/^p_[0-9a-f]{20}$/);
  expect(pseudonym(store, 'sleep', 'anna')).not.toBe(pseudonym(store, 'mood', 'anna'));
});

test.each([0, 1, 511, 512, 100_000])('what is sealed opens with its key, at its place, unaltered (%i bytes)', (length) => {
  const [key, other] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];
  const clear = Buffer.alloc(length, 'ab');
  const sealed = seal(key, 'record|1', clear);
  expect(unseal(key, 'record|1', sealed)).toEqual(clear);
  expect(seal(key, 'record|1', clear)).not.toEqual(sealed);
  expect(() => unseal(other, 'record|1', sealed)).toThrow();
  expect(() => unseal(key, 'record|2', sealed)).toThrow();
  for (const at of [0, 5, 20, sealed.length - 1]) {
    const altered = Buffer.from(sealed);
    altered[at] = (altered[at] as number) ^ 1;
    expect(() => unseal(key, 'record|1', altered)).toThrow();
  }
});

test('the keyed hash is HMAC with SHA-256, whatever the message', () => {
  const key = Buffer.alloc(32, 7);
  const hmac = hmacSha256(key);
  for (const message of [
    '',
    'short',
    'ü \ud800 😀',
    'x'.repeat(50_000),
    'short again',
    Buffer.from([0, 255, 128]),
    Buffer.alloc(9000, 3),
  ]) {
    expect(hmac(message)).toBe(createHmac('sha256', key).update(message).digest('hex'));
  }
});
