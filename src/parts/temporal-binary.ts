import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { AfferentError } from '../../schema/errors.ts';
import { buildTemporal, findGo } from './build-temporal.ts';
import { cacheFolder } from './cache-folder.ts';
import { downloadTemporal } from './download-temporal.ts';

const run = promisify(execFile);

/** Version of the Temporal command line that is cached, downloaded or built; the tool module pins the same. */
export const temporalVersion = '1.5.1';

export interface TemporalBinary {
  path: string;
  from: 'path' | 'cache' | 'download' | 'build';
}

/** The binary on the PATH or in the cache, without getting one; null where there is none. */
export function presentTemporal(env: NodeJS.ProcessEnv = process.env): TemporalBinary | null {
  for (const folder of (env.PATH ?? '').split(delimiter)) {
    const path = join(folder, 'temporal');
    if (folder !== '' && isExecutable(path)) return { path, from: 'path' };
  }
  const cached = cachedTemporal(env);
  return isExecutable(cached) ? { path: cached, from: 'cache' } : null;
}

/** Where the cache keeps the binary. */
export function cachedTemporal(env: NodeJS.ProcessEnv = process.env): string {
  return join(cacheFolder(env), `temporal-${temporalVersion}`);
}

/**
 * A Temporal binary: on the PATH, in the cache, by the SDK's own download, or built with Go.
 * @param tell told what is going on, a line at a time
 * @throws AfferentError `no-temporal`
 */
export async function obtainTemporal(tell: (line: string) => void, signal: AbortSignal): Promise<TemporalBinary> {
  const present = presentTemporal();
  if (present && (await answers(present.path))) return present;
  const target = cachedTemporal();
  tell('Getting the Temporal server, once …');
  if (await downloadTemporal(target, signal)) return { path: target, from: 'download' };
  signal.throwIfAborted();
  const go = await findGo();
  if (go === null) throw new AfferentError('no-temporal');
  tell('It cannot be downloaded here: building it with Go, once; this takes two to six minutes …');
  await buildTemporal(go, target, tell, signal);
  return { path: target, from: 'build' };
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Something else may be called temporal, or be made for another machine. */
async function answers(path: string): Promise<boolean> {
  try {
    const { stdout } = await run(path, ['--version'], { timeout: 10_000 });
    return /^temporal version /.test(stdout);
  } catch {
    return false;
  }
}
