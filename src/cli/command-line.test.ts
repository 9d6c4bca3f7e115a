import { describe, expect, it } from 'vitest';
import { notYet, verbs } from './index.ts';
import { runCli, temporaryFolder } from './testing/run-cli.ts';

describe('help', () => {
  it('lists every verb and none that is not built', async () => {
    const { code, stdout } = await runCli(['--help']);
    expect(code).toBe(0);
    for (const { words } of verbs) expect(stdout).toMatch(new RegExp(`^ +${words.split(' ')[0]} `, 'm'));
    for (const words of notYet) if (!words.includes(' ')) expect(stdout).not.toMatch(new RegExp(`^ +${words} `, 'm'));
  });

  it.each(verbs.map(({ words }) => words))('of %s says what it does, with an example that begins with its name', async (words) => {
    const { code, stdout, stderr } = await runCli([...words.split(' '), '--help']);
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(stdout).toMatch(new RegExp(`^Usage: afferent ${words} `));
    expect(stdout).toMatch(new RegExp(`\\$ .*afferent ${words}( |$)`, 'm'));
  });

  it('is also had by the word help, and by no word at all', async () => {
    expect((await runCli(['help', 'study', 'create'])).stdout).toMatch(/^Usage: afferent study create/);
    expect((await runCli([])).stdout).toMatch(/^Usage: afferent /);
  });
});

describe('wrong use', () => {
  it.each([
    [['bogus']],
    [['study', 'bogus']],
    [['study', 'create']],
    [['study', 'create', 'a', 'b']],
    [['status', 'a', '--bogus']],
    [['source', 'add', 'a']],
    [['score']],
    [['rerun', 'r', '--engine', 'abacus']],
  ])('%j ends with 2 and says so on standard error alone', async (args) => {
    const { code, stdout, stderr } = await runCli([...args, '--home', temporaryFolder()]);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).not.toBe('');
  });

  it.each([
    [['quarantine', 'list', 'a', '--limit', 'abc']],
    [['quarantine', 'list', 'a', '--limit', '0']],
    [['records', 'a', '--limit', '1e3']],
    [['scores', 'a', '--limit', '-1']],
    [['score', 'posts.jsonl', '--batch', '2.5']],
    [['alerts', 'rate', 'a', '--by', 'ana', '--severity', '']],
    [['alerts', 'rate', 'a', '--by', 'ana', '--severity', '7']],
    [['up', '--port', '0x50']],
  ])('%j says which numbers are taken', async (args) => {
    const { code, stdout, stderr } = await runCli([...args, '--home', temporaryFolder()]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/takes a whole number from [01]/);
  });

  it.each(verbs.map((entry) => [entry.words, entry] as const))('every number of %s is declared as one', async (_, entry) => {
    const options = (await entry.load()).verb.options ?? [];
    for (const { flags, whole } of options)
      if (/<(?:number|level|rows)>/.test(flags)) expect([flags, whole]).toEqual([flags, expect.anything()]);
  });

  it('is one JSON document with --json', async () => {
    const { code, stdout } = await runCli(['status', '--json']);
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'usage', hint: expect.any(String) } });
  });

  it('a verb that is not built ends with 3', async () => {
    for (const words of notYet) {
      const { code, stderr } = await runCli(words.split(' '));
      expect(code, words).toBe(3);
      expect(stderr).toContain('not built yet');
    }
    expect((await runCli(['alerts', '--check'])).code).toBe(3);
  });
});
