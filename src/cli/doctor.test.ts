import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runCli, runJson, temporaryFolder } from './testing/run-cli.ts';

interface Doctor {
  settings: { setting: string; value: string | null; from: string }[];
  checks: { name: string; state: string }[];
}

async function doctor(home: string, args: string[] = [], env: NodeJS.ProcessEnv = {}) {
  const { code, document } = await runJson(home, ['doctor', ...args], env);
  const { settings, checks } = document as Doctor;
  return {
    code,
    from: (name: string) => settings.find(({ setting }) => setting === name),
    state: (name: string) => checks.find((check) => check.name === name)?.state,
  };
}

it('shows which setting wins: flag, environment, afferent.yaml, default', async () => {
  const home = temporaryFolder();
  writeFileSync(join(home, 'afferent.yaml'), 'port: 4501\nhost: 127.0.0.2\nthreads: 3\n');
  const { from } = await doctor(home, ['--host', '127.0.0.4'], { AFFERENT_HOST: '127.0.0.3', AFFERENT_THREADS: '2' });
  expect(from('host')).toMatchObject({ value: '127.0.0.4', from: 'flag' });
  expect(from('threads')).toMatchObject({ value: '2', from: 'environment' });
  expect(from('port')).toMatchObject({ value: '4501', from: 'afferent.yaml' });
  expect(from('temporal-namespace')).toMatchObject({ value: 'default', from: 'default' });
});

it('hides passwords, in the table too', async () => {
  const home = temporaryFolder();
  const args = ['doctor', '--home', home, '--smtp', 'smtp://ana:geheim@mail.example.org', '--store', `sqlite:${join(home, 'x.db')}`];
  const { stdout } = await runCli(args);
  expect(stdout).toContain('mail.example.org');
  expect(stdout).not.toContain('geheim');
});

it('finds a key file that others may read, and one that is gone', async () => {
  const home = join(temporaryFolder(), 'home');
  mkdirSync(home);
  await runJson(home, ['study', 'create', 'tides']);
  expect(await doctor(home).then(({ state }) => [state('store'), state('key file')])).toEqual(['ok', 'ok']);
  chmodSync(join(home, 'key'), 0o644);
  expect(await doctor(home).then(({ code, state }) => [code, state('key file')])).toEqual([1, 'warn']);
  rmSync(join(home, 'key'));
  expect(await doctor(home).then(({ code, state }) => [code, state('store'), state('key file')])).toEqual([3, 'bad', 'bad']);
});

it('refuses a setting that is not there', async () => {
  const home = temporaryFolder();
  writeFileSync(join(home, 'afferent.yaml'), 'prot: 4501\n');
  const { code, stderr } = await runCli(['doctor', '--home', home]);
  expect(code).toBe(2);
  expect(stderr).toContain('there is no setting prot');
});
