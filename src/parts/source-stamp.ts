import { createHash } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../config/project.ts';

/** sha256 (hex) over the names and bytes of the project's files that match, in the order of their names. */
export function sourceStamp(patterns: string[], exclude: string[] = []): string {
  const hash = createHash('sha256');
  for (const name of globSync(patterns, { cwd: projectRoot, exclude }).sort()) {
    if (!/\.[a-z0-9]+$/.test(name)) continue;
    const bytes = readFileSync(join(projectRoot, name));
    hash.update(`${name}\0${bytes.length}\0`).update(bytes);
  }
  return hash.digest('hex');
}
