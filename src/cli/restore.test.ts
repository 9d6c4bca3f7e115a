import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { addPerson, ingest, post } from '../../test/support/study-data.ts';
import { loadConfig } from '../config/config.ts';
import { openStore } from '../store/open.ts';
import { createStudy } from '../store/studies.ts';
import { runCli, temporaryFolder } from './testing/run-cli.ts';

test('a restore says which consents hold, and of whom it does not know', async () => {
  const home = temporaryFolder();
  writeFileSync(join(home, 'key'), `${'ab'.repeat(32)}\n`, { mode: 0o600 });
  const store = await openStore(loadConfig({ home }).config);
  await createStudy(store, 'sleep', null);
  const { participant, source } = await addPerson(store, 'sleep', 'anna');
  await ingest(store, source, 'file', [post('1', 'not public', { audience: 'followers' })]);
  await store.close();
  const folder = join(home, 'backup');
  expect((await runCli(['backup', folder, '--home', home])).code).toBe(0);
  writeFileSync(join(home, 'narrow.yaml'), 'audiences: [public]\n');
  await runCli(['participant', 'add', 'sleep', 'anna', '--consent', join(home, 'narrow.yaml'), '--home', home]);
  const keys = ['--key-file', join(home, 'key'), '--key-store', `sqlite:${join(home, 'keys.db')}`];
  const restore = (name: string) => runCli(['restore', folder, '--home', join(home, name), ...keys]);

  const known = await restore('known');
  expect(known.code).toBe(0);
  expect(known.stdout).toContain('1 consents are as they were given since, and 1 units that they do not cover were erased again.');

  // The keys alone, as earlier versions kept them.
  const db = new DatabaseSync(join(home, 'keys.db'));
  db.exec('delete from participant_consent');
  db.close();
  const unknown = await restore('unknown');
  const { madeAt } = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as { madeAt: string };
  expect(unknown.code).toBe(1);
  expect(unknown.stdout).toContain(`does not tell whether their consent was narrowed after ${madeAt}:\n  ${participant}\n`);
  expect(unknown.stderr).toContain('participant consent STUDY ID --yes');
});
