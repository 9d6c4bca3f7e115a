import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { openStore, type Store, type StoreAddress } from '../../src/store/open.ts';
import { freshPostgres } from './postgres.ts';

export type DatabaseName = 'sqlite' | 'postgres';
export const databaseNames: DatabaseName[] = ['sqlite', 'postgres'];

/** A data folder of a test, removed when the test ends. Its databases are new and empty. */
export interface StoreHome {
  folder: string;
  address: StoreAddress;
  /** Opens the store; closed when the test ends. */
  open(): Promise<Store>;
}

export async function storeHome(database: DatabaseName): Promise<StoreHome> {
  const folder = mkdtempSync(join(tmpdir(), 'afferent-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, 'models'));
  const address = {
    store: database === 'sqlite' ? `sqlite:${join(folder, 'store.db')}` : await freshPostgres(),
    keyStore: database === 'sqlite' ? `sqlite:${join(folder, 'keys.db')}` : await freshPostgres(),
    keyFile: join(folder, 'key'),
  };
  return { folder, address, open: () => openForTest(address) };
}

/** Gives a home the key file of another, so that both name the same things alike. */
export function copyKeyFile(from: StoreHome, to: StoreHome): void {
  copyFileSync(from.address.keyFile, to.address.keyFile);
}

export async function openForTest(address: StoreAddress): Promise<Store> {
  const store = await openStore(address);
  let closed = false;
  const close = async () => {
    if (!closed) await store.close();
    closed = true;
  };
  onTestFinished(close);
  return { ...store, close };
}

/** Files under a folder that hold any of these strings as UTF-8, by their paths. */
export function filesHolding(folder: string, needles: readonly (string | Buffer)[]): string[] {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => {
      const bytes = readFileSync(path);
      return needles.some((needle) => bytes.includes(needle));
    });
}
