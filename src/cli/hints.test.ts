import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { contentHash } from '../../activities/threads/find-arrivals.ts';
import { addPerson, ingest, moment, post, scorePosts, someDay } from '../../test/support/study-data.ts';
import { sourceKind } from '../sources/index.ts';
import { closeBatch, openBatch } from '../store/batches.ts';
import { openStore, type Store } from '../store/open.ts';
import { finishRun } from '../store/runs.ts';
import { requireSource } from '../store/sources.ts';
import { createStudy } from '../store/studies.ts';
import { withdraw } from '../store/withdraw.ts';
import { runCli, runJson, temporaryFolder } from './testing/run-cli.ts';

function openHome(home: string): Promise<Store> {
  return openStore({ store: `sqlite:${join(home, 'store.db')}`, keyStore: `sqlite:${join(home, 'keys.db')}`, keyFile: join(home, 'key') });
}

async function withAnna(work: (store: Store, home: string, source: string) => Promise<void>): Promise<{ home: string; source: string }> {
  const home = temporaryFolder();
  writeFileSync(join(home, 'key'), `${'ab'.repeat(32)}\n`, { mode: 0o600 });
  const store = await openHome(home);
  await createStudy(store, 'sleep', null);
  const { source } = await addPerson(store, 'sleep', 'anna');
  await work(store, home, source);
  await store.close();
  return { home, source };
}

test('of somebody who has withdrawn it is said that they have, not to add them', async () => {
  const { home } = await withAnna(async (store) => {
    await withdraw(store, 'sleep', 'anna');
  });
  for (const verb of ['scores sleep --participant anna', 'participant consent sleep anna']) {
    const { document } = await runJson(home, verb.split(' '));
    expect(document).toMatchObject({ error: { code: 'withdrawn', hint: expect.not.stringContaining('Add one') } });
  }
});

test('a batch whose file was replaced is said to be no loss', async () => {
  const { home } = await withAnna(async (store, folder, source) => {
    const path = join(folder, 'posts.jsonl');
    writeFileSync(path, '');
    const arrival = { path, form: 'file' } as const;
    const { hash } = await contentHash(sourceKind('posts'), arrival);
    const batch = await openBatch(store, await requireSource(store, source), arrival, hash, 0, 1, null);
    await closeBatch(store, batch.id, 'done', null);
    rmSync(path);
  });
  const { code, stdout } = await runCli(['ledger', 'sleep', '--check', '--home', home]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/file-unavailable: its file is gone, .* read to its end: nothing is lost\./);
});

test.each([
  ['unknown', true],
  ['stated', false],
] as const)('another zone is warned of where times were stored whose zone is %s', async (zone, warns) => {
  const { home, source } = await withAnna(async (store, _, id) => {
    await ingest(store, id, 'file', [post('1', 'one', { time: { ...moment(someDay), zone } })]);
  });
  const map = (name: string) => runCli(['source', 'map', 'sleep', source, '--zone', name, '--home', home]);
  expect((await map('Europe/Berlin')).stderr.includes('read under no zone (as UTC)')).toBe(warns);
  expect((await map('Europe/Berlin')).stderr).not.toContain('read under');
});

test.each([
  ['quarantine list sleep --source s_nope', 'unknown-source', ''],
  ['records sleep --source s_nope', 'unknown-source', ''],
  ['completeness sleep --source s_nope', 'unknown-source', ''],
  ['quarantine list sleep --reason not-jsn', 'usage', '“not-jsn” is no reason; did you mean not-json?'],
  ['quarantine replay sleep --reason nope', 'usage', '“nope” is no reason'],
  ['records nostudy --source s_nope', 'unknown-study', ''],
  ['records nostudy --participant anna', 'unknown-study', ''],
  ['participant consent nostudy anna', 'unknown-study', ''],
  ['participant consent sleep bela', 'unknown-participant', ''],
])('what is misspelt does not look like nothing found: %s', async (line, code, said) => {
  const { home } = await withAnna(async () => {});
  const { document, ...end } = await runJson(home, line.split(' '));
  expect(end.code).toBe(2);
  expect(document).toMatchObject({ error: { code, message: expect.stringContaining(said) } });
});

test('a reason that nothing has is an empty list', async () => {
  const { home, source } = await withAnna(async () => {});
  const { code, stderr } = await runCli(['quarantine', 'list', 'sleep', '--source', source, '--reason', 'no-time', '--home', home]);
  expect([code, stderr]).toEqual([0, 'Nothing of that is in quarantine.\n']);
});

test('days that are the wrong way round are refused, and an export without a day is not said not to have arrived', async () => {
  const { home } = await withAnna(async (store, _, id) => {
    await ingest(store, id, 'file', [{ is: 'excluded', units: 1, end: 1, day: null, reason: 'file-not-used' }]);
  });
  const { document } = await runJson(home, ['completeness', 'sleep', '--from', '2026-02-02', '--to', '2026-02-01']);
  expect(document).toMatchObject({ error: { code: 'usage', message: expect.stringContaining('--from lies after --to') } });
  const { stdout, stderr } = await runCli(['completeness', 'sleep', '--home', home]);
  expect([stderr, stdout]).toEqual(['', expect.stringMatching(/^participant .* excluded/)]);
});

test('scores that two models gave of the same post are told apart', async () => {
  const { home } = await withAnna(async (store, _, source) => {
    await ingest(store, source, 'file', [post('1', 'one')]);
    await finishRun(store, (await scorePosts(store, 'sleep', [], '')) ?? '', 'done', {}, {});
  });
  const args = ['scores', 'sleep', '--home', home];
  expect((await runCli(args)).stdout).not.toContain('model');
  const store = await openHome(home);
  await scorePosts(store, 'sleep', [], '', { id: 'fedcba9876543210', precision: 'int8' });
  await store.close();
  const { stdout } = await runCli(args);
  expect(stdout).toMatch(/^time .* model/);
  expect(stdout).toMatch(/@fedcba987654 int8/);
  expect(stdout.match(/ text@/g)).toHaveLength(2);
});
