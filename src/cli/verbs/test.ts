import { spawn, spawnSync } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { AfferentError } from '../../../schema/errors.ts';
import { projectRoot } from '../../config/project.ts';
import { obtainTemporal } from '../../parts/temporal-binary.ts';
import { webBuild } from '../../parts/web-build.ts';
import { workflowBundle } from '../../parts/workflow-bundle.ts';
import { missingPackages } from '../test-packages.ts';
import type { Call, Verb } from '../verb.ts';

export const verb: Verb = {
  arguments: { '[filter...]': 'only test files whose path holds one of these' },
  json: false,
  examples: ['test', 'test src/store'],
  notes:
    'Installs the Debian packages that it needs where it may (as root), and otherwise ends with exit code 3 and their names.\nThe last line is: N passed, N failed',
  async run(call) {
    installPackages(call);
    const temporal = await obtainTemporal(call.out.note, call.signal);
    await workflowBundle();
    await webBuild(call.out.note, call.signal);
    return runTests(call, temporal.path);
  },
};

function installPackages(call: Call): void {
  const path = process.env.PATH?.split(delimiter) ?? [];
  const missing = missingPackages(path);
  if (missing.length === 0) return;
  if (process.getuid?.() === 0) {
    call.out.note(`Installing what the tests need, once: ${missing.join(', ')} …`);
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    const stdio: ['ignore', number, number] = ['ignore', 2, 2];
    spawnSync('apt-get', ['update', '-qq'], { stdio, env });
    spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...missing], { stdio, env });
  }
  const still = missingPackages(path);
  if (still.length > 0) throw new AfferentError('missing-packages', { what: still.join(', ') });
}

function runTests(call: Call, temporal: string): Promise<number> {
  const args = [join(projectRoot, 'node_modules', 'vitest', 'vitest.mjs'), 'run', ...call.rest];
  // Settings of this shell must not reach the tests' own homes.
  const env: NodeJS.ProcessEnv = { ...process.env, AFFERENT_TEST_TEMPORAL: temporal };
  for (const name of Object.keys(env)) if (/^(AFFERENT_(?!TEST_)|TEMPORAL_)/.test(name)) delete env[name];
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ...args], { cwd: projectRoot, stdio: 'inherit', env });
    child.once('error', reject);
    child.once('exit', (code) => resolve(call.signal.aborted ? 130 : code === 0 ? 0 : 1));
  });
}
