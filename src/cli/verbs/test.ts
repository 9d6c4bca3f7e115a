import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
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
  endsItself: true,
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

async function runTests(call: Call, temporal: string): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'afferent-test-report-'));
  try {
    const report = join(folder, 'report.json');
    const code = await vitest(call, temporal, report);
    if (call.signal.aborted) throw new AfferentError('interrupted');
    const { passed, failed, skipped } = readReport(report);
    if (skipped > 0) call.out.line(`${skipped} skipped, which counts as failed`);
    call.out.line(`${passed} passed, ${failed + skipped} failed`);
    return code === 0 && failed + skipped === 0 ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function vitest(call: Call, temporal: string, report: string): Promise<number | null> {
  const tool = join(projectRoot, 'node_modules', 'vitest', 'vitest.mjs');
  const args = ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...call.rest];
  // Settings of this shell must not reach the tests' own homes.
  const env: NodeJS.ProcessEnv = { ...process.env, AFFERENT_TEST_TEMPORAL: temporal };
  for (const name of Object.keys(env)) if (/^(AFFERENT_(?!TEST_)|TEMPORAL_)/.test(name)) delete env[name];
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', tool, ...args], {
      cwd: projectRoot,
      stdio: 'inherit',
      env,
    });
    child.once('error', reject);
    child.once('exit', resolve);
  });
}

/** What vitest says of a run; a file that could not be run at all counts as one failure. */
interface Report {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests: number;
  testResults: { status: string; assertionResults: { status: string }[] }[];
}

function readReport(path: string): { passed: number; failed: number; skipped: number } {
  if (!existsSync(path)) return { passed: 0, failed: 1, skipped: 0 };
  const report = JSON.parse(readFileSync(path, 'utf8')) as Report;
  const broken = report.testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
  );
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + broken.length,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}
