import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';

/** A lock that the system itself releases when its process ends, however it ends. */
export interface HomeLock {
  release(): void;
}

/**
 * Takes a lock of a home, or returns null at once when another process has it.
 *
 * `owner`: the one process that starts and ends the parts, exclusive. `clients`: shared by every process that uses them; the owner
 * takes it exclusively before it ends them, so that nobody begins to use what is about to end.
 * The locks are SQLite's on an empty database: kernel locks, with nothing left behind by a process that was killed.
 */
export function takeLock(home: string, name: 'owner' | 'clients', mode: 'exclusive' | 'shared'): HomeLock | null {
  const folder = join(home, 'run');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const database = new Database(join(folder, `${name}.lock`), { timeout: 0 });
  try {
    database.exec(mode === 'exclusive' ? 'begin exclusive' : 'begin');
    // A plain transaction takes its shared lock at its first read.
    if (mode === 'shared') database.prepare('select count(*) from sqlite_master').get();
    return { release: () => database.close() };
  } catch (thrown) {
    database.close();
    if (thrown instanceof Error && 'code' in thrown && String(thrown.code).startsWith('SQLITE_BUSY')) return null;
    throw thrown;
  }
}
