import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { addPerson, ingest, post } from '../../test/support/study-data.ts';
import { openStore } from '../store/open.ts';
import { createStudy } from '../store/studies.ts';
import { runCli, runJson, temporaryFolder } from './testing/run-cli.ts';

test('what a narrower consent does not cover is shown, and erased when asked to; both the asking and the act are audited', async () => {
  const home = temporaryFolder();
  writeFileSync(join(home, 'key'), `${'ab'.repeat(32)}\n`, { mode: 0o600 });
  const address = { store: `sqlite:${join(home, 'store.db')}`, keyStore: `sqlite:${join(home, 'keys.db')}`, keyFile: join(home, 'key') };
  const store = await openStore(address);
  await createStudy(store, 'sleep', null);
  const { source, participant } = await addPerson(store, 'sleep', 'anna');
  await ingest(store, source, 'file', [post('1', 'public'), post('2', 'not public', { audience: 'followers' })]);
  await store.close();
  const verb = ['participant', 'consent', 'sleep', 'anna'];

  expect((await runCli([...verb, '--home', home])).stdout).toBe('Everything that is stored is covered by the consent.\n');
  writeFileSync(join(home, 'consent.yaml'), 'audiences: [public]\n');
  const replaced = await runCli(['participant', 'add', 'sleep', 'anna', '--consent', join(home, 'consent.yaml'), '--home', home]);
  expect(replaced.stderr).toContain('./afferent participant consent sleep ID');

  const uncovered = [{ source, type: 'post', reason: 'no-consent-audience', units: 1 }];
  const shown = await runCli([...verb, '--home', home]);
  expect(shown.stdout).toMatch(/no-consent-audience +1/);
  expect(shown.stderr).toContain('Nothing was erased. To erase it: ./afferent participant consent sleep anna --yes');
  expect(await runJson(home, verb)).toMatchObject({ code: 0, document: { study: 'sleep', participant, uncovered, erased: null } });
  const erased = { quarantined: 0, scores: 0, alerts: [] };
  expect(await runJson(home, [...verb, '--yes'])).toMatchObject({ code: 0, document: { uncovered, erased, filesClean: true } });
  expect(await runJson(home, [...verb, '--yes'])).toMatchObject({ code: 0, document: { uncovered: [], erased, filesClean: true } });

  const after = await openStore(address);
  expect(await after.db.selectFrom('record').select('id').execute()).toHaveLength(1);
  const lines = await after.db
    .selectFrom('audit')
    .select(['action', 'object'])
    .where('action', 'like', 'consent%')
    .orderBy('number')
    .execute();
  await after.close();
  expect(lines).toEqual([
    { action: 'consent-applied-asked', object: participant },
    { action: 'consent-applied', object: participant },
  ]);
});
