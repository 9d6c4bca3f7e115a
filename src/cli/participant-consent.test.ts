import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { daysOfSteps, stepStudy } from '../../activities/threads/testing/step-study.ts';
import { Consent } from '../../schema/policy.ts';
import { addPerson, ingest, post, sample, scorePosts, someDay } from '../../test/support/study-data.ts';
import { loadConfig } from '../config/config.ts';
import { openStore } from '../store/open.ts';
import { addParticipant } from '../store/participants.ts';
import { createStudy } from '../store/studies.ts';
import type { Output } from './output.ts';
import { runCli, runJson, temporaryFolder } from './testing/run-cli.ts';
import { verb } from './verbs/participant-consent.ts';

test('what a narrower consent does not cover is shown, and erased when asked to; both the asking and the act are audited', async () => {
  const home = temporaryFolder();
  writeFileSync(join(home, 'key'), `${'ab'.repeat(32)}\n`, { mode: 0o600 });
  const address = { store: `sqlite:${join(home, 'store.db')}`, keyStore: `sqlite:${join(home, 'keys.db')}`, keyFile: join(home, 'key') };
  const store = await openStore(address);
  await createStudy(store, 'sleep', null);
  const { source, participant } = await addPerson(store, 'sleep', 'anna');
  await ingest(store, source, 'file', [post('1', 'public'), post('2', 'not public', { audience: 'followers' })]);
  await store.close();
  const command = ['participant', 'consent', 'sleep', 'anna'];

  expect((await runCli([...command, '--home', home])).stdout).toBe('Everything that is stored is covered by the consent.\n');
  writeFileSync(join(home, 'consent.yaml'), 'audiences: [public]\n');
  const replaced = await runCli(['participant', 'add', 'sleep', 'anna', '--consent', join(home, 'consent.yaml'), '--home', home]);
  expect(replaced.stderr).toContain('./afferent participant consent sleep ID');

  const uncovered = [{ source, type: 'post', reason: 'no-consent-audience', units: 1 }];
  const shown = await runCli([...command, '--home', home]);
  expect(shown.stdout).toMatch(/no-consent-audience +1/);
  expect(shown.stderr).toContain('Nothing was erased. To erase it: ./afferent participant consent sleep anna --yes');
  expect(await runJson(home, command)).toMatchObject({ code: 0, document: { study: 'sleep', participant, uncovered, erased: null } });
  const erased = { quarantined: 0, scores: 0, alerts: [] };
  expect(await runJson(home, [...command, '--yes'])).toMatchObject({ code: 0, document: { uncovered, erased, filesClean: true } });
  expect(await runJson(home, [...command, '--yes'])).toMatchObject({ code: 0, document: { uncovered: [], erased, filesClean: true } });

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

test('interrupted it stops between two slices, says how much it did, and ends with 130; the next call goes on', async () => {
  const home = temporaryFolder();
  writeFileSync(join(home, 'key'), `${'ab'.repeat(32)}\n`, { mode: 0o600 });
  const { config, origins } = loadConfig({ home });
  const store = await openStore(config);
  await createStudy(store, 'sleep', null);
  const { source } = await addPerson(store, 'sleep', 'anna');
  await ingest(store, source, 'file', [post('1', 'not public', { audience: 'followers' }), sample(someDay, 60)]);
  await addParticipant(store, 'sleep', 'anna', Consent.parse({ kinds: ['event'] }));
  await store.close();

  // Asked before each page: records and samples to count them, then records to erase them; Ctrl-C comes before the samples.
  let asked = 0;
  const signal = {
    get aborted() {
      asked += 1;
      return asked > 3;
    },
  } as AbortSignal;
  const said: string[] = [];
  const say = (line: string) => void said.push(line);
  const out = { line: say, note: say, table: () => {}, report: (_: unknown, human: () => void) => human() } as unknown as Output;
  const call = { args: ['sleep', 'anna'], rest: [], options: { yes: true }, config, origins, out, signal, again: signal };
  expect(await verb.run(call)).toBe(130);
  expect(said).toEqual([
    'Erased so far: 1 of 2 units, with 0 scores, 0 alerts and 0 units in quarantine.',
    'Backups made before still hold it: destroy them, and make a new one.',
    'Interrupted; to go on: ./afferent participant consent sleep anna --yes',
  ]);
  const again = await runJson(home, ['participant', 'consent', 'sleep', 'anna', '--yes']);
  expect(again).toMatchObject({ code: 0, document: { uncovered: [{ type: 'series', units: 1 }], interrupted: false } });
  const after = await openStore(config);
  const lines = await after.db.selectFrom('audit').select('action').where('action', 'like', 'consent%').orderBy('number').execute();
  await after.close();
  expect(lines.map(({ action }) => action)).toEqual(['consent-applied-asked', 'consent-applied-asked', 'consent-applied']);
});

test('before anything is erased it is said which alerts are not closed', async () => {
  const home = temporaryFolder();
  writeFileSync(join(home, 'key'), `${'ab'.repeat(32)}\n`, { mode: 0o600 });
  const store = await openStore(loadConfig({ home }).config);
  await createStudy(store, 'sleep', null);
  const [anna, bela] = [await addPerson(store, 'sleep', 'anna'), await addPerson(store, 'sleep', 'bela')];
  for (const { source } of [anna, bela]) await ingest(store, source, 'file', [post('1', 'not public', { audience: 'followers' })]);
  await scorePosts(store, 'sleep', [anna.participant, bela.participant], '');
  const { id } = await store.db.selectFrom('alert').select('id').where('participant', '=', anna.participant).executeTakeFirstOrThrow();
  await addParticipant(store, 'sleep', 'anna', Consent.parse({ audiences: ['public'] }));
  await store.close();
  const { stderr } = await runCli(['participant', 'consent', 'sleep', 'anna', '--home', home]);
  expect(stderr.split('\n')).toEqual([
    `Not closed yet: ${id}. What rests on nothing else is erased too: let a reviewer see to it first.`,
    'Nothing was erased. To erase it: ./afferent participant consent sleep anna --yes',
    '',
  ]);
});

test('without --yes it says that all scores of minutes and days go too where a sample goes that they may be told by', async () => {
  const { home, store, source, score } = await stepStudy('sqlite', 'days');
  await ingest(store, source, 'steps', daysOfSteps(0, 20));
  await score();
  const command = ['participant', 'consent', 'sleep', 'anna'];
  await addParticipant(store, 'sleep', 'anna', Consent.parse({ to: '2026-01-29T15:00:00Z' }));
  await store.close();
  const shown = await runCli([...command, '--home', home.folder]);
  expect(shown.stdout).toMatch(/after-consent +1/);
  expect(shown.stderr).toContain('All 12 scores of the participant’s minutes and days go with it');
  expect(await runJson(home.folder, command)).toMatchObject({ document: { tableScores: 12, erased: null } });
  expect(await runJson(home.folder, [...command, '--yes'])).toMatchObject({ code: 0, document: { erased: { scores: 12 } } });
  expect(await runJson(home.folder, command)).toMatchObject({ document: { uncovered: [], tableScores: 0 } });
});
