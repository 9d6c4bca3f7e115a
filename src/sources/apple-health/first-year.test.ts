import { expect, it } from 'vitest';
import { folderWith } from '../testing/folder.ts';
import { contextOf, itemsAt } from '../testing/read-all.ts';
import { appleHealth } from './index.ts';

it('reads exports of the app’s first year: dates without signs between, means of several measurements', async () => {
  const records = [
    '<Record type="HKQuantityTypeIdentifierStepCount" source="iPhone" unit="count" startDate="201410031200-0400" endDate="20141003121030-0400" value="23" recordCount="3"/>',
    '<Record type="HKQuantityTypeIdentifierHeartRate" source="Strap" unit="count/min" startDate="201410031200-0400" endDate="201410031200-0400" min="60" max="80" average="70"/>',
  ];
  const items = await itemsAt(
    appleHealth,
    await folderWith({ 'export.xml': `<HealthData>${records.join('')}</HealthData>` }),
    contextOf({ zone: 'America/New_York' }),
  );
  const samples = items.flatMap((item) => (item.is === 'sample' ? [item.sample] : []));
  expect(samples.map(({ signal, value, device, time, endMs }) => [signal, value, device, time.utc, new Date(endMs).toISOString()])).toEqual(
    [
      ['steps', 23, 'iPhone', '2014-10-03T16:00:00.000Z', '2014-10-03T16:10:30.000Z'],
      ['heart_rate', 70, 'Strap', '2014-10-03T16:00:00.000Z', '2014-10-03T16:00:00.000Z'],
    ],
  );
});
