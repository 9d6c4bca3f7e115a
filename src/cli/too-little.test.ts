import { expect, test } from 'vitest';
import { daysOfSteps, stepStudy } from '../../activities/threads/testing/step-study.ts';
import { addPerson, ingest } from '../../test/support/study-data.ts';
import { runCli, runJson } from './testing/run-cli.ts';

test('status tells of whom a chosen model has heard too little to say anything, and how much', async () => {
  const { home, store, source, participant: anna, score } = await stepStudy('sqlite', 'days');
  const { participant: bert, source: other } = await addPerson(store, 'sleep', 'bert', 'fitbit');
  await ingest(store, source, 'of anna', daysOfSteps(0, 6));
  await ingest(store, other, 'of bert', daysOfSteps(0, 12));
  await score();
  await store.close();
  const few = [{ participant: anna, model: 'days', heard: 4, needed: 7, unit: 'days' }];
  expect(await runJson(home.folder, ['status', 'sleep'])).toMatchObject({ code: 0, document: { tooLittle: few } });
  const { stdout } = await runCli(['status', 'sleep', '--home', home.folder]);
  const [, told] = stdout.split('Heard too little of, as of the last run, to have scores:');
  expect(told).toMatch(new RegExp(`${anna} +days +4 days +7 days`));
  expect(told).not.toContain(bert);
  expect(stdout).not.toContain('anna');
});
