import pg from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { storeHome } from '../../test/support/store-home.ts';
import { until } from '../../test/support/until.ts';
import { changeStudyModels, createStudy, studyModels } from './studies.ts';

test('two who choose models of a study at once both have their choice, on postgres', async () => {
  const home = await storeHome('postgres');
  const store = await home.open();
  await createStudy(store, 'sleep', null);
  const other = new pg.Client({ connectionString: home.address.store });
  await other.connect();
  onTestFinished(() => other.end());
  await other.query('begin');
  await other.query(`update study set models = '["daily"]' where id = 'sleep'`);
  const choosing = changeStudyModels(store, 'sleep', { add: ['days'], remove: [] });
  const waiting = `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
  await until(async () => (await other.query(waiting)).rowCount !== 0);
  await other.query('commit');
  expect(await choosing).toEqual({ before: ['daily'], models: ['daily', 'days'] });
  expect(await studyModels(store, 'sleep')).toEqual(['daily', 'days']);
});
