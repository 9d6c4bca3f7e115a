import { join } from 'node:path';
import { expect, test } from 'vitest';
import { sourceKind } from '../../src/sources/index.ts';
import { contextOf, itemsAt } from '../../src/sources/testing/read-all.ts';
import { studyCompleteness } from '../../src/store/completeness.ts';
import { changeSourceSettings } from '../../src/store/source-settings.ts';
import { createStudy } from '../../src/store/studies.ts';
import { storeHome } from '../../test/support/store-home.ts';
import { addPerson, ingest } from '../../test/support/study-data.ts';

const sources = join(import.meta.dirname, '..', '..', 'src', 'sources');

/** Days up to `to` of a source whose export is read and stored, of which this many units were expected on each. */
async function daysOf(kind: string, path: string, expected: number, to: string) {
  const store = await (await storeHome('sqlite')).open();
  await createStudy(store, 'wear', null);
  const { source } = await addPerson(store, 'wear', 'anna', kind);
  await changeSourceSettings(store, 'wear', source, { expected });
  await ingest(store, source, 'export', await itemsAt(sourceKind(kind), join(sources, path), contextOf({ account: null })));
  const {
    sources: [only],
  } = await studyCompleteness(store, 'wear', { to });
  return only?.days.map(({ day, state, cause }) => `${day} ${state} ${cause}`);
}

test('a phone that was off for days, and one that charged, are causes of gaps from file to table', async () => {
  expect(await daysOf('beiwe', 'beiwe/fixtures', 100, '2024-03-08')).toEqual([
    '2024-03-05 partial excluded',
    '2024-03-06 missing phone-off',
    '2024-03-07 missing phone-off',
    '2024-03-08 partial phone-off',
  ]);
  expect(await daysOf('aware', 'aware/fixtures/battery_charges.csv', 100, '2024-03-05')).toEqual(['2024-03-05 missing charging']);
});

test('a watch in a drawer, and a ring in its charger, are causes of gaps from file to table', async () => {
  expect(await daysOf('radar-base', 'radar-base/fixtures/study/user-1/apple_sensorkit_on_wrist', 1, '2024-03-08')).toEqual([
    '2024-03-05 missing off-wrist',
    '2024-03-06 missing off-wrist',
    '2024-03-07 missing off-wrist',
    '2024-03-08 missing unknown',
  ]);
  expect(await daysOf('oura', 'oura/fixtures/daily_activity.json', 1, '2024-04-04')).toEqual([
    '2024-04-03 whole null',
    '2024-04-04 missing off-wrist',
  ]);
  expect(await daysOf('oura', 'oura/fixtures/ringbatterylevel.json', 5, '2024-04-02')).toEqual(['2024-04-02 partial charging']);
});
