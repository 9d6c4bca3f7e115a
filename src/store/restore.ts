import { cpSync, createReadStream, existsSync, readFileSync } from 'node:fs';
import { isAbsolute, join, normalize } from 'node:path';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';
import type { Kysely, Transaction } from 'kysely';
import { migrations } from '../../migrations/index.ts';
import { AfferentError } from '../../schema/errors.ts';
import type { Consent } from '../../schema/policy.ts';
import { BackupManifest, backupTables, decodeRow, fileSha256, type Row, unbackedTables } from './backup-format.ts';
import { type Adapter, connect, type Db, migrate, tableNames } from './database.ts';
import { revokeAllDevices } from './devices.ts';
import { KeyStore } from './keys.ts';
import type { Store, StoreAddress } from './open.ts';
import { tombstone } from './participants.ts';
import { carryConsents, eraseAgain, type RestoredConsents, unfinished } from './restore-consents.ts';
import { readSecrets } from './secrets.ts';
import type { Tables } from './tables.ts';
import type { Refuse } from './uncovered-series.ts';
import { completeErasures } from './withdraw.ts';

export interface Restored {
  rows: Record<string, number>;
  /** Participants of the backup who have withdrawn since: their rows were erased again. */
  erased: number;
  /** Devices whose tokens were good when the backup was made and are not any more. */
  devicesRevoked: number;
  consents: RestoredConsents;
}

interface RestoreOptions {
  /** What a consent does not cover. */
  refuse: (consent: Consent) => Refuse;
  /** Leaves the tokens of devices good. */
  keepDevices?: boolean;
}

/**
 * Loads a backup into a store without studies, of either database, and erases those again who have withdrawn since: the key store
 * and the backup both know some. All is checked before anything is changed; rows come in one transaction, as the tables were then,
 * and are erased once the tables are those of now.
 * A token that was revoked since would be good again, and the backup cannot know which was: all are revoked, unless they are to be kept.
 * Consents are those that hold now, as far as the key store knows them; what they do not cover is erased. Cut short before that, nothing
 * opens the store until it is restored anew.
 * @param models folder that the models of the backup are copied into
 * @throws AfferentError `bad-backup`, `store-newer`, `home-not-empty`, `no-key-file`, `wrong-key-file`, `no-key-store`, `store-down`
 */
export async function restore(
  folder: string,
  address: StoreAddress,
  models: string,
  { refuse, keepDevices = false }: RestoreOptions,
): Promise<Restored> {
  const manifest = await readBackup(folder);
  if (!(manifest.step in migrations)) throw new AfferentError('store-newer');
  const secrets = readSecrets(address.keyFile, false);
  if (secrets.check !== manifest.keyCheck) throw new AfferentError('wrong-key-file');
  requireKeyStoreFile(address.keyStore);
  const { db, adapter } = connect<Tables>(address.store);
  const keys = await KeyStore.open(address.keyStore, secrets);
  const store: Store = { db, adapter, path: null, secrets, keys, close: async () => {} };
  try {
    await requireNoStudies(db);
    const withdrawn = await withdrawnParticipants(store, folder, manifest);
    // Known before anything is loaded: whatever ends this on the way, the next opening erases them.
    await keys.addErasures(manifest.erasures);
    await rebuild(db, manifest.step);
    const { rows, devicesRevoked, carried, unknown } = await load(store, folder, manifest, keepDevices);
    await migrate(db);
    if (manifest.models.length > 0) cpSync(join(folder, 'models'), models, { recursive: true });
    await completeErasures(store);
    const consents = { ...(await eraseAgain(store, { carried, unknown }, refuse)), madeAt: manifest.madeAt };
    return { rows, erased: withdrawn, devicesRevoked, consents };
  } finally {
    await keys.close();
    await db.destroy();
  }
}

/** Reads the manifest and compares every file with it. */
async function readBackup(folder: string): Promise<BackupManifest> {
  try {
    const manifest = BackupManifest.parse(JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')));
    const files = [
      ...manifest.tables.map(({ name, sha256 }) => ({ path: `${name}.ndjson.gz`, sha256 })),
      ...manifest.models.map(({ path, sha256 }) => ({ path: join('models', path), sha256 })),
    ];
    for (const { path, sha256 } of files) {
      if (isAbsolute(path) || normalize(path).startsWith('..')) throw new AfferentError('bad-backup');
      if ((await fileSha256(join(folder, path))) !== sha256) throw new AfferentError('bad-backup');
    }
    return manifest;
  } catch {
    throw new AfferentError('bad-backup');
  }
}

/** A key store that is not there would be made anew, without a key. */
function requireKeyStoreFile(keyStore: string): void {
  if (keyStore.startsWith('sqlite:') && !existsSync(keyStore.slice('sqlite:'.length))) throw new AfferentError('no-key-store');
}

async function requireNoStudies(db: Db): Promise<void> {
  if (!(await tableNames(db)).includes('study')) return;
  const study = await db.selectFrom('study').select('id').limit(1).executeTakeFirst();
  const cutShort = await db.selectFrom('meta').select('key').where('key', '=', unfinished).executeTakeFirst();
  if (study && !cutShort) throw new AfferentError('home-not-empty');
}

/** How many participants of the backup have withdrawn; all others must have their key. */
async function withdrawnParticipants(store: Store, folder: string, manifest: BackupManifest): Promise<number> {
  const graves = new Set([...manifest.erasures, ...(await store.keys.erasures())].map((row) => `${row.study} ${row.tombstone}`));
  const keyed = new Set(await store.keys.participants());
  let withdrawn = 0;
  for await (const row of rowsOf(folder, 'participant')) {
    const { id, study } = row as { id: string; study: string };
    const grave = tombstone(store, study, id);
    if (graves.has(`${study} ${grave}`)) withdrawn++;
    else if (!keyed.has(id)) throw new AfferentError('no-key-store');
  }
  return withdrawn;
}

/** Empties the store (it has no studies) and builds it as it was when the backup was made. */
async function rebuild(db: Db, step: string): Promise<void> {
  const ours = new Set<string>([...backupTables.map(([name]) => name), ...unbackedTables, 'kysely_migration', 'kysely_migration_lock']);
  const there = (await tableNames(db)).filter((name) => ours.has(name));
  const order = [...backupTables.map(([name]) => name as string)].reverse();
  const dropFirst = there.filter((name) => !order.includes(name));
  await db.transaction().execute(async (tx) => {
    for (const name of [...dropFirst, ...order.filter((table) => there.includes(table))]) await tx.schema.dropTable(name).execute();
  });
  const names = Object.keys(migrations);
  await migrate(db, Object.fromEntries(names.slice(0, names.indexOf(step) + 1).map((name) => [name, migrations[name] as never])));
}

async function load(
  store: Store,
  folder: string,
  manifest: BackupManifest,
  keepDevices: boolean,
): Promise<Pick<Restored, 'rows' | 'devicesRevoked'> & Pick<RestoredConsents, 'carried' | 'unknown'>> {
  return store.db.transaction().execute(async (tx) => {
    const rows: Record<string, number> = {};
    for (const [name] of backupTables) {
      const listed = manifest.tables.find((table) => table.name === name);
      if (!listed) continue;
      rows[name] = await loadTable(tx, store.adapter, folder, name);
      if (rows[name] !== listed.rows) throw new AfferentError('bad-backup');
    }
    // Whatever was running when the backup was made is not running now.
    await tx.updateTable('source').set({ state: 'idle', holder: null }).where('state', 'in', ['queued', 'running']).execute();
    await tx.updateTable('run').set({ state: 'cancelled' }).where('state', '=', 'running').execute();
    // With the rows: where it ends on the way, no token is good in what is there.
    const devicesRevoked = keepDevices || rows.device === undefined ? 0 : await revokeAllDevices(tx);
    return { rows, devicesRevoked, ...(await carryConsents(store, tx, manifest)) };
  });
}

async function loadTable(tx: Transaction<Tables>, adapter: Adapter, folder: string, name: string): Promise<number> {
  const any = tx as unknown as Kysely<Record<string, Row>>;
  let slice: Row[] = [];
  let count = 0;
  const insert = async () => {
    if (slice.length > 0) await any.insertInto(name).values(slice).execute();
    count += slice.length;
    slice = [];
  };
  for await (const row of rowsOf(folder, name)) {
    slice.push(row);
    if (slice.length >= 200 || slice.length * Object.keys(row).length >= adapter.maxValues / 2) await insert();
  }
  await insert();
  return count;
}

async function* rowsOf(folder: string, table: string): AsyncGenerator<Row> {
  const lines = createInterface({ input: createReadStream(join(folder, `${table}.ndjson.gz`)).pipe(createGunzip()) });
  for await (const line of lines) yield decodeRow(line);
}
