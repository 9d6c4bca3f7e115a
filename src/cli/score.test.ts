import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runCli, temporaryFolder } from './testing/run-cli.ts';

it.each(['native', 'wasm'])('score with the engine %s says what it does, and nothing that the engine has to say', async (engine) => {
  const { code, stderr } = await runCli(['score', '-', '--engine', engine], { input: '{"text":"a quiet day"}\n' });
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
