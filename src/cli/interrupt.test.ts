import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
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
  expect(stderr).toContain('hint: Run the same command again: it begins anew.');
});

test('Ctrl-C ends a verb that waits for a store which does not answer', async () => {
  const mute = createServer();
  mute.listen(0, '127.0.0.1');
  onTestFinished(() => void mute.close());
  await once(mute, 'listening');
  const home = temporaryFolder();
  const { port } = mute.address() as AddressInfo;
  const { child, ended } = startCli(['status', 'sleep', '--home', home, '--store', `postgres://anna@127.0.0.1:${port}/afferent`]);
  const [socket] = await once(mute, 'connection');
  socket.on('error', () => {});
  child.kill('SIGINT');
  const result = await Promise.race([ended, once(socket, 'never', { signal: AbortSignal.timeout(5000) })]);
  expect(result).toMatchObject({ code: 130, stderr: expect.stringMatching(/^error: Interrupted/) });
});
