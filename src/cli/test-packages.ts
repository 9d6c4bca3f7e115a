import { accessSync, constants, globSync } from 'node:fs';
import { join } from 'node:path';

function onPath(folders: string[], command: string): boolean {
  return folders.some((folder) => {
    try {
      accessSync(join(folder, command), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Debian packages that the tests need and that are not here: a PostgreSQL server and a Chromium. */
export function missingPackages(path: string[]): string[] {
  const missing: string[] = [];
  const server = globSync('/usr/lib/postgresql/*/bin/initdb').length > 0 || onPath(path, 'initdb');
  if (!server) missing.push('postgresql');
  if (!['chromium', 'chromium-browser', 'google-chrome'].some((name) => onPath(path, name))) missing.push('chromium');
  return missing;
}
