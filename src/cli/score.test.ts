import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, closeSync, existsSync, mkdirSync, openSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { projectRoot } from '../config/project.ts';
import { cleanEnvironment, runCli, temporaryFolder } from './testing/run-cli.ts';

const text = '{"text":"a quiet day"}\n';
/** Writing to it fails as on a disk that is full. */
const full = '/dev/full';
const diskFull = 'error: The disk is full.\nhint: Free space, then run the same command again; what is committed stays.\n';
const cannotWrite = 'error: The path cannot be written.\nhint: Check the path and who may write there.\n';

it.each(['native', 'wasm'])('score with the engine %s says what it does, and nothing that the engine has to say', async (engine) => {
  const { code, stderr } = await runCli(['score', '-', '--engine', engine], { input: text });
  expect(code).toBe(0);
  expect(stderr).toMatch(/^(Scoring: [^\n]*\n)+$/);
});

it.each(['score --model days', 'evaluate days'])('%s refuses what the model does not read with a hint that fits it', async (line) => {
  const path = join(temporaryFolder(), 'posts.jsonl');
  writeFileSync(path, '{"text":"sad"}\n');
  const { code, stderr } = await runCli([...line.split(' '), path]);
  expect(code).toBe(1);
  expect(stderr).toContain('hint: Name a model that reads such files: see Inputs in docs/models.md.');
});

/** A verb whose standard output is a disk that is full. */
async function ontoFull(args: string[], input = ''): Promise<{ code: number; stderr: string }> {
  const main = join(projectRoot, 'src', 'cli', 'main.ts');
  const out = openSync(full, 'w');
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', main, ...args], {
    env: cleanEnvironment(),
    stdio: ['pipe', out, 'pipe'],
  });
  closeSync(out);
  let stderr = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    stderr += chunk;
  });
  child.stdin?.end(input);
  const [code] = await once(child, 'close');
  return { code, stderr };
}

describe.skipIf(!existsSync(full))('a disk that is full (skipped where there is no /dev/full)', () => {
  it('ends a score to standard output, and says so', async () => {
    const { code, stderr } = await ontoFull(['score', '-'], text);
    expect(code).toBe(3);
    expect(stderr.replace(/^(Scoring: [^\n]*\n)*/, '')).toBe(diskFull);
  });

  it('ends any other verb likewise', async () => {
    expect(await ontoFull(['--help'])).toEqual({ code: 3, stderr: diskFull });
  });

  it('ends a score to a file, and the file has no name yet', async () => {
    const out = join(temporaryFolder(), 'scores.jsonl');
    symlinkSync(full, `${out}.part`);
    const { code, stderr } = await runCli(['score', '-', '--out', out], { input: text });
    expect(code).toBe(3);
    expect(stderr.replace(/^(Scoring: [^\n]*\n)*/, '')).toBe(diskFull);
    expect(existsSync(out)).toBe(false);
  });
});

it('a score to a folder is refused, and nothing is written beside it', async () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'scores'));
  const { code, stderr } = await runCli(['score', '-', '--out', join(folder, 'scores')], { input: text });
  expect(code).toBe(2);
  expect(stderr).toBe(cannotWrite);
  expect(readdirSync(folder)).toEqual(['scores']);
});

it('a score into a folder that may not be written is refused', async () => {
  // Root may write into any folder but those of the system itself.
  const folder = process.getuid?.() === 0 ? '/sys/kernel' : temporaryFolder();
  if (folder !== '/sys/kernel') chmodSync(folder, 0o500);
  const { code, stderr } = await runCli(['score', '-', '--out', join(folder, 'scores.jsonl')], { input: text });
  expect(code).toBe(2);
  expect(stderr).toBe(cannotWrite);
});
