import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cleanEnvironment } from '../../../src/cli/testing/run-cli.ts';
import { projectRoot } from '../../../src/config/project.ts';

/** The demo as its user runs it: server, worker and console over a home of its own. */
export interface Demo {
  url: string;
  study: string;
  /** A one-time sign-in link; makes the account with these roles where it has none yet. */
  link(account: string, roles?: string[]): string;
  /** Gives an account a password. */
  addAccount(account: string, password: string): void;
  stop(): Promise<void>;
}

const launcher = join(projectRoot, 'afferent');

export async function startDemo(): Promise<Demo> {
  const folder = await mkdtemp(join(tmpdir(), 'afferent-browser-'));
  const home = join(folder, 'home');
  const env = cleanEnvironment();
  const child = spawn(launcher, ['demo', '--home', home], { cwd: projectRoot, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  const up = new Promise<void>((resolve, reject) => {
    const hear = (chunk: Buffer) => {
      said += chunk;
      if (said.includes('Ctrl-C ends')) resolve();
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`the demo ended with ${code}:\n${said}`)));
  });
  const run = (args: string[], input = '') =>
    execFileSync(launcher, [...args, '--home', home], { cwd: projectRoot, env, input, encoding: 'utf8', stdio: 'pipe' });
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGINT');
      await once(child, 'exit');
    }
    await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 250 });
  };
  try {
    await up;
  } catch (error) {
    await stop();
    throw error;
  }
  // Without --port the console takes the first that is free, and says which.
  const url = /(http:\S+)\/v1\/sign-in\/link/.exec(said)?.[1];
  if (!url) throw new Error('the demo printed no link');
  return {
    url,
    study: 'demo',
    link(account, roles) {
      if (roles) {
        run(['account', 'add', account]);
        for (const role of roles) run(['account', 'grant', account, 'demo', role]);
      }
      const found = /http\S+\/v1\/sign-in\/link\?token=\S+/.exec(run(['account', 'link', account]));
      if (!found) throw new Error('no link was printed');
      return found[0];
    },
    addAccount: (account, password) => void run(['account', 'add', account, '--password-stdin'], password),
    stop,
  };
}
