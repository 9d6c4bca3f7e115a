import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../config/project.ts';
import { sourceStamp } from './source-stamp.ts';

/**
 * The workflows as one prebuilt file, made when they or the dependencies have changed: it saves each worker the bundler's memory.
 * @returns its path
 */
export async function workflowBundle(): Promise<string> {
  const stamp = sourceStamp(['workflows/**/*.ts', 'schema/**/*.ts', 'package-lock.json'], ['**/*.test.ts']);
  const folder = join(projectRoot, '.cache', 'workflows');
  const path = join(folder, `${stamp.slice(0, 32)}.js`);
  if (existsSync(path)) return path;
  const { bundleWorkflowCode } = await import('@temporalio/worker');
  const quiet = { log() {}, trace() {}, debug() {}, info() {}, warn() {}, error() {} };
  const { code } = await bundleWorkflowCode({ workflowsPath: join(projectRoot, 'workflows', 'index.ts'), logger: quiet });
  mkdirSync(folder, { recursive: true });
  const made = `${path}.${process.pid}`;
  writeFileSync(made, code);
  renameSync(made, path);
  for (const old of readdirSync(folder)) if (old.endsWith('.js') && join(folder, old) !== path) rmSync(join(folder, old), { force: true });
  return path;
}
