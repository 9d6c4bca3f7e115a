import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { addPerson, ingest, post, quarantined } from '../../test/support/study-data.ts';
import { openStore } from '../store/open.ts';
import { createStudy } from '../store/studies.ts';
import { runCli, runJson, temporaryFolder } from './testing/run-cli.ts';

test('records are told as they were known at a moment', async () => {
  const home = temporaryFolder();
  writeFileSync(join(home, 'key'), `${'ab'.repeat(32)}\n`, { mode: 0o600 });
  const address = { store: `sqlite:${join(home, 'store.db')}`, keyStore: `sqlite:${join(home, 'keys.db')}`, keyFile: join(home, 'key') };
  const store = await openStore(address);
  await createStudy(store, 'sleep', null);
  const { source } = await addPerson(store, 'sleep', 'anna');
  for (const [i, text] of ['first', 'second'].entries()) {
    const batch = await ingest(store, source, `file ${i}`, [post('1', text)]);
    const at = `2026-03-0${i + 1}T12:00:00.000Z`;
    await store.db.updateTable('batch').set({ arrived_at: at }).where('id', '=', batch).execute();
    await store.db.updateTable('restatement').set({ at }).where('at', '>', '2026-04').execute();
  }
  await ingest(store, source, 'broken', [quarantined('{"id": 1,'), quarantined('{"id": 2,'), post('2', 'another')]);
  await store.close();
  const texts = async (...options: string[]) => {
    const { code, document } = await runJson(home, ['records', 'sleep', ...options]);
    expect(code).toBe(0);
    return (document as { records: { text: string }[] }).records.map((row) => row.text);
  };
  expect(await texts()).toEqual(expect.arrayContaining(['second', 'another']));
  expect(await texts('--as-of', '2026-03-01', '--participant', 'anna')).toEqual(['first']);
  expect(await texts('--as-of', '2026-03-01T12:59:59+01:00', '--source', source)).toEqual([]);
  for (const verb of ['records', 'quarantine list']) {
    const args = [...verb.split(' '), 'sleep', '--home', home];
    for (const json of [[], ['--json']]) {
      expect((await runCli([...args, '--limit', '1', ...json])).stderr).toBe('Showing 1 of 2; --limit 2 for all.\n');
      expect((await runCli([...args, '--limit', '2', ...json])).stderr).toBe('');
    }
  }
  const wrong = await runCli(['records', 'sleep', '--as-of', 'last week', '--home', home]);
  expect([wrong.code, wrong.stdout]).toEqual([2, '']);
});
