import { execFile, spawn } from 'node:child_process';
import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { AfferentError } from '../../schema/errors.ts';
import { projectRoot } from '../config/project.ts';

const run = promisify(execFile);
const oldest = [1, 24] as const;
const tick = 30_000;

/** The go command where it is new enough; else null. */
export async function findGo(): Promise<string | null> {
  for (const go of ['go', '/usr/local/go/bin/go']) {
    try {
      const { stdout } = await run(go, ['env', 'GOVERSION'], { timeout: 20_000 });
      const [, major, minor] = /^go(\d+)\.(\d+)/.exec(stdout.trim()) ?? [];
      if (Number(major) > oldest[0] || (Number(major) === oldest[0] && Number(minor) >= oldest[1])) return go;
    } catch {
      // Not here: the next place.
    }
  }
  return null;
}

/**
 * Builds the server from the pinned tool module and moves it to `target` whole.
 * @throws AfferentError `no-temporal`
 */
export async function buildTemporal(go: string, target: string, tell: (line: string) => void, signal: AbortSignal): Promise<void> {
  mkdirSync(dirname(target), { recursive: true });
  const made = `${target}.${process.pid}.building`;
  const began = performance.now();
  const clock = setInterval(() => tell(`… building the Temporal server, ${Math.round((performance.now() - began) / 1000)} s`), tick);
  try {
    // Read-only: what go.sum does not name is never fetched.
    await spawned(go, ['build', '-mod=readonly', '-ldflags', '-s -w', '-o', made, 'github.com/temporalio/cli/cmd/temporal'], signal);
    renameSync(made, target);
    tell(`Built in ${Math.round((performance.now() - began) / 1000)} s; kept in ${dirname(target)}.`);
  } finally {
    clearInterval(clock);
    rmSync(made, { force: true });
  }
}

function spawned(command: string, args: string[], signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: join(projectRoot, 'tools', 'temporal'),
      stdio: ['ignore', 'ignore', process.stderr],
      env: { ...process.env, GOFLAGS: '' },
      signal,
    });
    child.once('error', () => reject(new AfferentError('no-temporal', { what: signal.aborted ? 'interrupted' : 'go cannot be run' })));
    child.once('exit', (code) => (code === 0 ? resolve() : reject(new AfferentError('no-temporal', { what: 'go build failed' }))));
  });
}
