import { expect, onTestFinished, test } from 'vitest';
import { daysOfSteps, leftOf, night, scoresOf, stepStudy } from '../../../activities/threads/testing/step-study.ts';
import { ingest } from '../../../test/support/study-data.ts';
import { MartLoader } from './load.ts';
import { MartProcess } from './mart-process.ts';

test('scores of days stand in the mart with their grade, and as many that took the place of others are seen', async () => {
  const { store, source, participant, score } = await stepStudy('sqlite', 'days');
  await ingest(store, source, 'first', daysOfSteps(0, 20));
  await score();
  const mart = new MartProcess('1GB');
  onTestFinished(() => mart.kill());
  const loader = new MartLoader(store, 'sleep', mart);
  await loader.create();
  await loader.refresh();
  const shown = async () => {
    const rows = await mart.run('select score, head, grade, participant, kind, value from scores order by end_time');
    return rows.map(({ score: id, ...row }) => ({ id, ...row }));
  };
  const expected = async () =>
    (await scoresOf(store, 'lonely')).map(({ id, grade, scores }) => ({
      ...{ id, head: 'lonely', grade, participant, kind: 'fitbit' },
      value: scores.lonely,
    }));
  expect(await shown()).toEqual(await expected());
  await ingest(store, source, 'second', [night(14, 300)]);
  // Between the reading of what is new and its scoring.
  await loader.refresh();
  const before = await leftOf(store);
  await score();
  expect((await leftOf(store)).scores).toBe(before.scores);
  await loader.refresh();
  expect(await shown()).toEqual(await expected());
});
