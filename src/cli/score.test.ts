import { expect, it } from 'vitest';
import { runCli } from './testing/run-cli.ts';

it.each(['native', 'wasm'])('score with the engine %s says what it does, and nothing that the engine has to say', async (engine) => {
  const { code, stderr } = await runCli(['score', '-', '--engine', engine], { input: '{"text":"a quiet day"}\n' });
  expect(code).toBe(0);
  expect(stderr).toMatch(/^(Scoring: [^\n]*\n)+$/);
});
