import { appendFileSync, copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { migrations } from '../../migrations/index.ts';
import {
  copyKeyFile,
  type DatabaseName,
  databaseNames,
  filesHolding,
  openForTest,
  type StoreHome,
  storeHome,
} from '../../test/support/store-home.ts';
import { block, ingest, post, quarantined, sample, scorePosts, someDay, studyOfAnnaAndBert } from '../../test/support/study-data.ts';
import { rowsNaming } from '../../test/support/traces.ts';
import { startWriter } from '../../test/support/writer.ts';
import { appendAudit, verifyAudit } from './audit.ts';
import { backup } from './backup.ts';
import { backupTables, type Cell, decodeRow, unbackedTables } from './backup-format.ts';
import { contentHash } from './content-hash.ts';
import { tableNames } from './database.ts';
import { addDevice, deviceOf, revokeDevice } from './devices.ts';
import { ledgerRows } from './ledger.ts';
import { checkLedger } from './ledger-check.ts';
import type { Store } from './open.ts';
import { addParticipant } from './participants.ts';
import { restore } from './restore.ts';
import { finishRun } from './runs.ts';
import { linesOf, writtenAtStep } from './testing/older-backup.ts';
import { withdraw } from './withdraw.ts';

const refuse = () => () => null;
const other = { sqlite: 'postgres', postgres: 'sqlite' } as const;

async function studyOfTwo(database: DatabaseName) {
  const home = await storeHome(database);
  const store = await home.open();
  const { anna, bert } = await studyOfAnnaAndBert(store);
  for (const { source } of [anna, bert]) {
    const posts = Array.from({ length: 210 }, (_, i) => post(String(i), `canary\u2028${i}`));
    await ingest(store, source, 'one', [...posts, quarantined('{'), sample(someDay, 60.5), block(0, [1, 2])]);
  }
  const run = (await scorePosts(store, 'sleep', [anna.participant, bert.participant], 'a note')) as string;
  await finishRun(store, run, 'done', null, null);
  await store.db.insertInto('account').values({ name: 'rita', password: 'line\u2028separator', created_at: '2026-01-01' }).execute();
  await store.db.insertInto('session').values({ token_hash: 'token-of-rita', account: 'rita', expires_ms: 1 }).execute();
  await appendAudit(store, { actor: 'rita', action: 'look', study: 'sleep', object: null });
  mkdirSync(join(home.folder, 'models', 'text-a'), { recursive: true });
  writeFileSync(join(home.folder, 'models', 'text-a', 'model.onnx'), 'weights');
  return { home, store, anna, bert, target: join(home.folder, 'backup'), models: join(home.folder, 'models') };
}

/** A home without a store whose key file and keys are those of another home. */
async function homeWithKeysOf(home: StoreHome, database: DatabaseName): Promise<StoreHome> {
  const fresh = await storeHome(database);
  copyKeyFile(home, fresh);
  const address = { ...fresh.address, keyStore: home.address.keyStore };
  return { ...fresh, address, open: () => openForTest(address) };
}

async function everything(store: Store): Promise<unknown> {
  const checks = { audit: await verifyAudit(store), ledger: await checkLedger(store, null) };
  return { ...checks, rows: await ledgerRows(store, null), hash: await contentHash(store, 'sleep') };
}

async function ratingBodies(store: Store): Promise<string[]> {
  const rows = await store.db.selectFrom('rating').select('body').execute();
  return rows.map((row) => row.body.toString('hex')).sort();
}

function bytesOf(cell: Cell): Buffer {
  return Buffer.isBuffer(cell) ? cell : Buffer.from(String(cell));
}

describe.each(databaseNames)('a backup of %s', (database) => {
  test.each(databaseNames)('comes back whole on %s', async (into) => {
    const { home, store, target, models } = await studyOfTwo(database);
    const before = await everything(store);
    const rows = await backup(store, models, target);
    expect(rows).toMatchObject({ study: 1, participant: 2, record: 420, score: 420, account: 1 });
    const fresh = await homeWithKeysOf(home, into);
    const restored = await restore(target, fresh.address, join(fresh.folder, 'models'), { refuse });
    expect(restored).toMatchObject({ rows, erased: 0, devicesRevoked: 0, consents: { carried: [], erased: [], unknown: [] } });
    const again = await fresh.open();
    expect(await everything(again)).toEqual(before);
    expect(await again.db.selectFrom('account').select('password').execute()).toEqual([{ password: 'line\u2028separator' }]);
    expect(await again.db.selectFrom('session').selectAll().execute()).toEqual([]);
    expect(readFileSync(join(fresh.folder, 'models', 'text-a', 'model.onnx'), 'utf8')).toBe('weights');
    expect(await ratingBodies(again)).toEqual(await ratingBodies(store));
  });

  test('makes no token good again, unless that is asked for', async () => {
    const { home, store, anna, target, models } = await studyOfTwo(database);
    const revoked = await addDevice(store, 'sleep', anna.source);
    const other = await addDevice(store, 'sleep', anna.source);
    await backup(store, models, target);
    await revokeDevice(store, 'sleep', anna.source, revoked.id);
    const fresh = await homeWithKeysOf(home, database);
    expect(await restore(target, fresh.address, join(fresh.folder, 'models'), { refuse })).toMatchObject({ devicesRevoked: 2 });
    const again = await fresh.open();
    for (const { token } of [revoked, other]) await expect(deviceOf(again, token)).rejects.toMatchObject({ code: 'device-refused' });
    const kept = await homeWithKeysOf(home, database);
    const answer = await restore(target, kept.address, join(kept.folder, 'models'), { refuse, keepDevices: true });
    expect(answer.devicesRevoked).toBe(0);
    expect(await deviceOf(await kept.open(), other.token)).toMatchObject({ id: other.id });
  });

  test('does not bring back who withdrew since', async () => {
    const { home, store, anna, target, models } = await studyOfTwo(database);
    await backup(store, models, target);
    await withdraw(store, 'sleep', 'anna');
    const hash = await contentHash(store, 'sleep');
    const ledger = await ledgerRows(store, 'sleep');
    const fresh = await homeWithKeysOf(home, other[database]);
    expect(await restore(target, fresh.address, join(fresh.folder, 'models'), { refuse })).toMatchObject({ erased: 1 });
    const again = await fresh.open();
    expect(await contentHash(again, 'sleep')).toBe(hash);
    expect(await ledgerRows(again, 'sleep')).toEqual(ledger);
    expect((await checkLedger(again, null)).findings).toEqual([]);
    expect(await rowsNaming(again, ['anna', anna.participant, 'erasing:'])).toEqual([]);
    expect(filesHolding(fresh.folder, ['anna', anna.participant])).toEqual([]);
    await expect(addParticipant(again, 'sleep', 'anna', null)).rejects.toMatchObject({ code: 'withdrawn' });
  });

  test('of the first version of the tables does not bring back who withdrew since either', async () => {
    const { home, store, anna, target, models } = await studyOfTwo(database);
    await backup(store, models, target);
    writtenAtStep(target, Object.keys(migrations)[0] as string);
    await withdraw(store, 'sleep', 'anna');
    const hash = await contentHash(store, 'sleep');
    const fresh = await homeWithKeysOf(home, database);
    expect(await restore(target, fresh.address, join(fresh.folder, 'models'), { refuse })).toMatchObject({ erased: 1 });
    const again = await fresh.open();
    expect(await contentHash(again, 'sleep')).toBe(hash);
    expect((await checkLedger(again, null)).findings).toEqual([]);
    expect(await rowsNaming(again, ['anna', anna.participant, 'erasing:'])).toEqual([]);
  });

  test('made after a withdrawal holds against older keys', async () => {
    const { home, store, anna, target, models } = await studyOfTwo(database);
    const older = await storeHome('sqlite');
    const olderKeys = { ...home.address, keyStore: older.address.keyStore };
    copyKeyFile(home, older);
    await (await openForTest({ ...older.address })).close();
    const keys = await openForTest({ ...olderKeys, store: older.address.store });
    await keys.keys.create(anna.participant);
    await withdraw(store, 'sleep', 'anna');
    await store.keys.create('p_nobody');
    await backup(store, models, target);
    const fresh = await homeWithKeysOf(older, database);
    await expect(restore(target, fresh.address, join(fresh.folder, 'models'), { refuse })).rejects.toMatchObject({ code: 'no-key-store' });
    await withdraw(store, 'sleep', 'bert');
    const second = join(home.folder, 'second');
    await backup(store, models, second);
    await restore(second, fresh.address, join(fresh.folder, 'models'), { refuse });
    await expect(keys.keys.participants()).resolves.toEqual([]);
  });

  test('is of one moment, while others write', async () => {
    const { home, store, bert, target, models } = await studyOfTwo(database);
    const writer = startWriter(home.address, bert.source, 'meanwhile', 150);
    await writer.begun;
    await backup(store, models, target);
    await writer.ended;
    const fresh = await homeWithKeysOf(home, database);
    await restore(target, fresh.address, join(fresh.folder, 'models'), { refuse });
    expect((await checkLedger(await fresh.open(), null)).findings).toEqual([]);
  });

  test('is refused when anything in it is missing or altered, and nothing is changed', async () => {
    const { home, store, target, models } = await studyOfTwo(database);
    await backup(store, models, target);
    const fresh = await homeWithKeysOf(home, 'sqlite');
    const attempt = () => restore(target, fresh.address, join(fresh.folder, 'models'), { refuse });
    const alterations = [
      () => appendFileSync(join(target, 'record.ndjson.gz'), 'x'),
      () => rmSync(join(target, 'record.ndjson.gz')),
      () => writeFileSync(join(target, 'manifest.json'), '{}'),
      () => rmSync(join(target, 'manifest.json')),
    ];
    for (const alter of alterations) {
      alter();
      await expect(attempt()).rejects.toMatchObject({ code: 'bad-backup' });
    }
    expect(existsSync(fresh.address.store.slice('sqlite:'.length))).toBe(false);
  });

  test('holds no key, no session and nothing in clear', async () => {
    const { home, store, anna, target, models } = await studyOfTwo(database);
    await backup(store, models, target);
    const key = await store.keys.key(anna.participant);
    const master = readFileSync(home.address.keyFile, 'utf8').trim();
    const tables = readdirSync(target)
      .filter((name) => name.endsWith('.gz'))
      .map((name) => name.slice(0, -'.ndjson.gz'.length));
    expect(tables.sort()).toEqual(backupTables.map(([name]) => name as string).sort());
    for (const table of tables) {
      const lines = linesOf(target, table).filter((line) => line !== '');
      // Bytes are looked through as they are: their base64 would hide a word in clear, and spells `anna` by chance.
      const cells = lines.flatMap((line) => Object.entries(decodeRow(line)).flat()).map(bytesOf);
      const secrets = ['anna', 'canary', 'token-of-rita', 'a note', master, Buffer.from(master, 'hex'), key];
      for (const secret of secrets) expect(cells.filter((cell) => cell.includes(secret))).toEqual([]);
    }
  });
});

test('a backup is written into a new folder, and one that was cut off is made anew', async () => {
  const { store, target, models } = await studyOfTwo('sqlite');
  mkdirSync(`${target}.part`);
  writeFileSync(join(`${target}.part`, 'study.ndjson.gz'), 'half');
  await backup(store, models, target);
  expect(existsSync(`${target}.part`)).toBe(false);
  await expect(backup(store, models, target)).rejects.toMatchObject({ code: 'usage' });
});

test('a restore says what it needs', async () => {
  const { home, store, target, models } = await studyOfTwo('sqlite');
  await backup(store, models, target);
  const attempt = (at: StoreHome) => restore(target, at.address, join(at.folder, 'models'), { refuse });
  await expect(attempt(home)).rejects.toMatchObject({ code: 'home-not-empty' });
  const bare = await storeHome('sqlite');
  await expect(attempt(bare)).rejects.toMatchObject({ code: 'no-key-file' });
  copyKeyFile(home, bare);
  await expect(attempt(bare)).rejects.toMatchObject({ code: 'no-key-store' });
  const stranger = await storeHome('sqlite');
  await (await stranger.open()).close();
  await expect(attempt(stranger)).rejects.toMatchObject({ code: 'wrong-key-file' });
  const manifest = JSON.parse(readFileSync(join(target, 'manifest.json'), 'utf8'));
  writeFileSync(join(target, 'manifest.json'), JSON.stringify({ ...manifest, step: '29991231T0000_later' }));
  await expect(attempt(bare)).rejects.toMatchObject({ code: 'store-newer' });
});

test('a home that was opened but has no study takes a restore', async () => {
  const { home, store, target, models } = await studyOfTwo('sqlite');
  await backup(store, models, target);
  const hash = await contentHash(store, 'sleep');
  await store.close();
  const fresh = await storeHome('sqlite');
  copyKeyFile(home, fresh);
  copyFileSync(home.address.keyStore.slice('sqlite:'.length), fresh.address.keyStore.slice('sqlite:'.length));
  const opened = await fresh.open();
  await opened.db.insertInto('account').values({ name: 'admin', password: null, created_at: '' }).execute();
  await opened.close();
  await restore(target, fresh.address, join(fresh.folder, 'models'), { refuse });
  const again = await fresh.open();
  expect(await contentHash(again, 'sleep')).toBe(hash);
  expect(await again.db.selectFrom('account').select('name').execute()).toEqual([{ name: 'rita' }]);
});

test('every table is either in a backup or known to be left out', async () => {
  const store = await (await storeHome('sqlite')).open();
  const tables = (await tableNames(store.db)).filter((name) => !name.startsWith('kysely_'));
  expect(tables.sort()).toEqual([...backupTables.map(([name]) => name), ...unbackedTables].sort());
});
