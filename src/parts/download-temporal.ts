import { fork } from 'node:child_process';
import { mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The download must begin within this time, and end within the other, ms. */
const beginWithin = 10_000;
const endWithin = 600_000;

/**
 * The SDK's own download of the server, in a process that can be ended.
 * @returns whether `target` is there now
 */
export async function downloadTemporal(target: string, signal: AbortSignal): Promise<boolean> {
  const folder = `${target}.${process.pid}.download`;
  try {
    mkdirSync(folder, { recursive: true });
    if (!(await downloaded(folder, signal))) return false;
    const file = readdirSync(folder).find((name) => !name.endsWith('.downloading'));
    if (file === undefined) return false;
    mkdirSync(dirname(target), { recursive: true });
    renameSync(join(folder, file), target);
    return true;
  } catch {
    return false;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function downloaded(folder: string, signal: AbortSignal): Promise<boolean> {
  const child = fork(join(import.meta.dirname, 'download-child.ts'), [folder], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'], signal });
  const give = (after: number, unless: () => boolean) =>
    setTimeout(() => {
      if (!unless()) child.kill('SIGKILL');
    }, after);
  const timers = [give(beginWithin, () => hasBytes(folder)), give(endWithin, () => false)];
  return new Promise((resolve) => {
    child.once('error', () => resolve(false));
    child.once('exit', (code) => {
      for (const timer of timers) clearTimeout(timer);
      resolve(code === 0);
    });
  });
}

function hasBytes(folder: string): boolean {
  return readdirSync(folder).some((name) => statSync(join(folder, name)).size > 0);
}
