import { spawn } from 'node:child_process';
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AfferentError } from '../../schema/errors.ts';
import { projectRoot } from '../config/project.ts';
import { sourceStamp } from './source-stamp.ts';

const web = join(projectRoot, 'web');
const dist = join(web, 'dist');

/**
 * Builds the console's pages when they or what they are made from have changed; a build that is killed leaves the old pages.
 * @returns the folder of the pages
 */
export async function webBuild(tell: (line: string) => void, signal: AbortSignal): Promise<string> {
  const stamp = sourceStamp(
    ['web/index.html', 'web/vite.config.ts', 'web/src/**/*', 'web/public/**/*', 'schema/**/*.ts', 'package-lock.json'],
    ['**/*.test.*'],
  );
  const stampFile = join(dist, '.stamp');
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return dist;
  tell('Building the pages of the console, once …');
  const made = join(web, `dist.${process.pid}`);
  try {
    await vite(made, signal);
    writeFileSync(join(made, '.stamp'), stamp);
    rmSync(dist, { recursive: true, force: true });
    renameSync(made, dist);
  } finally {
    rmSync(made, { recursive: true, force: true });
  }
  return dist;
}

function vite(outDir: string, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const tool = join(projectRoot, 'node_modules', 'vite', 'bin', 'vite.js');
    const child = spawn(process.execPath, [tool, 'build', web, '--outDir', outDir, '--emptyOutDir', '--logLevel', 'error'], {
      cwd: projectRoot,
      stdio: ['ignore', 'ignore', process.stderr],
      // Under the tests' NODE_ENV it would be React's development build.
      env: { ...process.env, NODE_ENV: 'production' },
      signal,
    });
    child.once('error', () => reject(new AfferentError(signal.aborted ? 'interrupted' : 'internal', { what: 'the build of the pages' })));
    child.once('exit', (code) => (code === 0 ? resolve() : reject(new AfferentError('internal', { what: 'the build of the pages' }))));
  });
}
