import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { projectRoot } from '../../config/project.ts';

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface Running {
  child: ChildProcess;
  /** Resolves once this has been printed on either output; rejects when it ends before. */
  printed(pattern: RegExp): Promise<RegExpMatchArray>;
  ended: Promise<Ended>;
}

/** A folder that is removed when the test is over. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'afferent-cli-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 250 }));
  return folder;
}

/** The environment without settings of the shell that runs the tests. */
export function cleanEnvironment(more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = { ...process.env, ...more };
  for (const name of Object.keys(env)) if (/^(AFFERENT_|TEMPORAL_)/.test(name) && !(name in more)) delete env[name];
  return env;
}

export function startProcess(
  command: string,
  args: string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv; input?: string } = {},
): Running {
  const child = spawn(command, args, { cwd: options.cwd ?? projectRoot, env: options.env ?? cleanEnvironment(), stdio: 'pipe' });
  // A test that failed leaves nothing running: an orderly end first, for what the process itself has started.
  onTestFinished(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGTERM');
    await once(child, 'exit');
  }, 60_000);
  child.stdin.end(options.input ?? '');
  const said = { stdout: '', stderr: '' };
  const waiting: (() => void)[] = [];
  const hear = (name: 'stdout' | 'stderr') => (chunk: Buffer) => {
    said[name] += chunk;
    for (const look of waiting) look();
  };
  child.stdout.on('data', hear('stdout'));
  child.stderr.on('data', hear('stderr'));
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, ...said }));
  });
  const printed = (pattern: RegExp) =>
    new Promise<RegExpMatchArray>((resolve, reject) => {
      const look = () => {
        const found = pattern.exec(said.stdout) ?? pattern.exec(said.stderr);
        if (found) resolve(found);
      };
      waiting.push(look);
      look();
      ended.then(({ stderr }) => reject(new Error(`it ended without printing ${pattern}: ${stderr}`)), reject);
    });
  return { child, printed, ended };
}

export function startCli(args: string[], options: { env?: NodeJS.ProcessEnv; input?: string; cwd?: string } = {}): Running {
  const main = join(projectRoot, 'src', 'cli', 'main.ts');
  // What the launcher sets: without it each process would strip the types of every file anew.
  const env = { NODE_COMPILE_CACHE: join(projectRoot, '.cache', 'node'), ...(options.env ?? cleanEnvironment()) };
  return startProcess(process.execPath, ['--disable-warning=ExperimentalWarning', main, ...args], { ...options, env });
}

export function runCli(args: string[], options: { env?: NodeJS.ProcessEnv; input?: string; cwd?: string } = {}): Promise<Ended> {
  return startCli(args, options).ended;
}

/** A verb on a home with `--json`: its exit code and the one document it printed. */
export async function runJson(home: string, args: string[], env?: NodeJS.ProcessEnv): Promise<{ code: number | null; document: unknown }> {
  const { code, stdout } = await runCli([...args, '--home', home, '--json'], { env: cleanEnvironment(env) });
  return { code, document: JSON.parse(stdout) };
}
