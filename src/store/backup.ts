import { cpSync, createWriteStream, existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { type Kysely, sql, type Transaction } from 'kysely';
import { AfferentError } from '../../schema/errors.ts';
import { type BackupManifest, backupFormat, backupTables, encodeRow, fileSha256, type Row } from './backup-format.ts';
import { now } from './clock.ts';
import { appliedSteps } from './database.ts';
import type { Store } from './open.ts';
import { noteConsents } from './participants.ts';
import type { Tables } from './tables.ts';

/** Rows read at a time. Bodies of series are the largest, some tens of kilobytes each. */
const page = 200;

/**
 * Writes a backup of the whole store, as of one moment, into a new folder; see backup-format. Writers go on meanwhile.
 * The participants' keys and the key file are not in it: without them it cannot be read.
 * @param models folder of the models that runs used, or null when there is none
 * @returns rows by table
 * @throws AfferentError `usage` when the folder exists
 */
export async function backup(store: Store, models: string | null, target: string): Promise<Record<string, number>> {
  if (existsSync(target)) throw new AfferentError('usage', { what: 'a backup is written into a folder that does not exist yet' });
  const part = `${target}.part`;
  rmSync(part, { recursive: true, force: true });
  mkdirSync(part, { recursive: true, mode: 0o700 });
  // Before the rows are read: what is replaced meanwhile counts as later than they are.
  await noteConsents(store);
  const consents = [...(await store.keys.consents())].map(([participant, { number, applied }]) => ({ participant, number, applied }));
  const tables = await writeTables(store, part);
  const keptModels = await copyModels(models, join(part, 'models'));
  const manifest: BackupManifest = {
    format: backupFormat,
    step: (await appliedSteps(store.db)).at(-1) as string,
    madeAt: now(),
    keyCheck: store.secrets.check,
    tables,
    models: keptModels,
    erasures: await store.keys.erasures(),
    consents,
  };
  writeFileSync(join(part, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`, { flag: 'wx', mode: 0o600, flush: true });
  await syncFolder(part);
  renameSync(part, target);
  await syncFolder(dirname(target));
  return Object.fromEntries(tables.map(({ name, rows }) => [name, rows]));
}

async function writeTables(store: Store, folder: string): Promise<BackupManifest['tables']> {
  // SQLite takes the snapshot of its first read in any case, and knows no isolation levels.
  const reading = store.db.transaction().setAccessMode('read only');
  const transaction = store.adapter.name === 'postgres' ? reading.setIsolationLevel('repeatable read') : reading;
  return transaction.execute(async (tx) => {
    const tables: BackupManifest['tables'] = [];
    for (const [name, ...key] of backupTables) {
      const path = join(folder, `${name}.ndjson.gz`);
      const counted = { rows: 0 };
      const file = createWriteStream(path, { flags: 'wx', mode: 0o600, flush: true });
      await pipeline(Readable.from(pages(tx, name, key, counted)), createGzip({ level: 1 }), file);
      tables.push({ name, rows: counted.rows, sha256: await fileSha256(path) });
    }
    return tables;
  });
}

/** Rows of a table as lines, a page at a time, each page beginning after the key of the last row before it. */
async function* pages(tx: Transaction<Tables>, table: string, key: string[], counted: { rows: number }): AsyncGenerator<string> {
  const any = tx as unknown as Kysely<Record<string, Row>>;
  const columns = sql.join(key.map((name) => sql.ref(name)));
  let last: Row | undefined;
  for (;;) {
    const after = last;
    const rows = await any
      .selectFrom(table)
      .selectAll()
      .$if(after !== undefined, (query) => query.where(sql<boolean>`(${columns}) > (${sql.join(key.map((name) => (after as Row)[name]))})`))
      .orderBy(sql`${columns}`)
      .limit(page)
      .execute();
    counted.rows += rows.length;
    if (rows.length > 0) yield rows.map(encodeRow).join('');
    if (rows.length < page) return;
    last = rows.at(-1);
  }
}

/** A file's name is on the disk once its folder is. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  await folder.sync().finally(() => folder.close());
}

async function copyModels(from: string | null, to: string): Promise<BackupManifest['models']> {
  if (from === null || !existsSync(from)) return [];
  cpSync(from, to, { recursive: true });
  const files = readdirSync(to, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files.map((entry) => relative(to, join(entry.parentPath, entry.name))).sort();
  const models: BackupManifest['models'] = [];
  for (const path of paths) models.push({ path, sha256: await fileSha256(join(to, path)) });
  return models;
}
