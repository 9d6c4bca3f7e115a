import { existsSync, realpathSync, rmdirSync, rmSync } from 'node:fs';
import { dirname, sep } from 'node:path';
import { AfferentError } from '../../schema/errors.ts';
import type { Store } from '../store/open.ts';
import { sourceSettings } from '../store/sources.ts';

/** Paths of a participant's sources that lie inside the data folder, such as those of the demo. */
export async function filesInHome(store: Store, home: string, sources: readonly string[]): Promise<string[]> {
  const paths: string[] = [];
  for (const source of sources) {
    // Settings of a source that was erased before are gone with its key.
    const settings = await sourceSettings(store, source).catch(unlessGone);
    if (settings && existsSync(settings.path) && isInside(settings.path, home)) paths.push(settings.path);
  }
  return paths;
}

/** Removes files or folders, and the folders above them, up to the home, that are empty then: their names may tell whose they were. */
export function removeFromHome(home: string, paths: readonly string[]): void {
  for (const path of paths) {
    rmSync(path, { recursive: true, force: true });
    // Where one path lies in another, its folder has gone with that.
    for (let folder = dirname(path); existsSync(folder) && isInside(folder, home); folder = dirname(folder)) {
      try {
        rmdirSync(folder);
      } catch {
        // Something else is in it.
        break;
      }
    }
  }
}

function unlessGone(thrown: unknown): null {
  if (thrown instanceof AfferentError && (thrown.code === 'key-gone' || thrown.code === 'unknown-source')) return null;
  throw thrown;
}

function isInside(path: string, home: string): boolean {
  return realpathSync(path).startsWith(`${realpathSync(home)}${sep}`);
}
