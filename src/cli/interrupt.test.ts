import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startCli, temporaryFolder } from './testing/run-cli.ts';

test.each(['score', 'evaluate'])('Ctrl-C ends %s with a message and 130', async (verb) => {
  const folder = temporaryFolder();
  const posts = join(folder, 'posts.jsonl');
  const row = { text: 'One more day of rain, and nobody wrote back.', severity: 1 };
  writeFileSync(posts, `${JSON.stringify(row)}\n`.repeat(6000));
  const args = verb === 'score' ? ['score', posts, '--out', join(folder, 'out.jsonl')] : ['evaluate', 'text', posts];
  const { child, printed, ended } = startCli(args);
  await printed(/^(Scoring|Evaluating): /m);
  child.kill('SIGINT');
  const { code, stderr } = await ended;
  expect(code).toBe(130);
  expect(stderr).toContain(`error: Interrupted; everything stored so far is consistent.${verb === 'score' ? ' (the rows so far are' : ''}`);
});
