import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { folderWith } from '../testing/folder.ts';
import { contextOf, itemsAt, readAll, tally } from '../testing/read-all.ts';
import { beiwe } from './index.ts';

const fixtures = join(import.meta.dirname, 'fixtures');

it('says of each stream what became of its rows', async () => {
  const parts = await readAll(beiwe, fixtures, contextOf({ account: 'ab12cd34' }));
  expect(parts.map((part) => [part.name.split('/')[0], tally(part.items)])).toEqual([
    ['audio_recordings', { 'excluded file-not-used': 1 }],
    ['calls', { record: 1 }],
    ['gps', { record: 2, 'quarantined future-time': 1, 'quarantined no-time': 1 }],
    ['identifiers', { 'excluded not-collected': 1 }],
    ['power_state', { record: 2, sample: 1 }],
    ['power_state', { record: 1, sample: 1 }],
    ['power_state', { record: 1 }],
    ['survey_answers', { record: 2, 'excluded empty': 2 }],
    ['survey_timings', { record: 2 }],
    ['wifi', { 'excluded not-collected': 1 }],
  ]);
});

it('dates the answers of a survey by the UTC time in the name of its file', async () => {
  const items = await itemsAt(beiwe, join(fixtures, 'ab12cd34'), contextOf({ zone: 'America/New_York' }));
  const reports = items.flatMap((item) => (item.is === 'record' && item.record.type === 'self-report' ? [item.record] : []));
  expect(reports.map(({ instrument, item, value }) => [instrument, item, value])).toEqual([
    ['SURVEYaaa', 'q2', 7],
    ['SURVEYaaa', 'q3', '[Nobody]'],
  ]);
  expect(reports[0]?.time).toEqual({ utc: '2024-03-05T08:12:33.000Z', offset: -300, zone: 'declared', day: '2024-03-05' });
});

it('says how long the phone charged and was off, over files of an hour', async () => {
  const items = await itemsAt(beiwe, join(fixtures, 'ab12cd34'));
  const samples = items.flatMap((item) => (item.is === 'sample' ? [item.sample] : []));
  expect(samples.map(({ signal, value, time, endMs }) => [signal, value, time.utc, new Date(endMs).toISOString()])).toEqual([
    ['charging', 0.8, '2024-03-05T08:10:00.000Z', '2024-03-05T09:10:00.000Z'],
    ['phone_off', 1, '2024-03-05T09:30:00.000Z', '2024-03-08T12:00:00.000Z'],
  ]);
});

it('takes no other participant’s folder', async () => {
  const items = await itemsAt(beiwe, fixtures, contextOf({ account: 'somebody' }));
  expect(Object.keys(tally(items)).sort()).toEqual(['excluded file-not-used', 'quarantined wrong-participant']);
});

it('gives acceleration of an Android phone in metres, of an iPhone in g', async () => {
  const header = 'timestamp,UTC time,accuracy,x,y,z';
  const file = '2024-03-05 08_00_00+00_00.csv';
  const folder = await folderWith({
    [`android/accelerometer/${file}`]: `${header}\n1709625600000,2024-03-05T08:00:00.000,3,0.1,0.2,9.8\n`,
    [`iphone/accelerometer/${file}`]: `${header}\n1709625600000,2024-03-05T08:00:00.000,unknown,0.01,0.02,-1.0\n`,
  });
  const records = (await itemsAt(beiwe, folder)).flatMap((item) =>
    item.is === 'record' && item.record.type === 'event' ? [item.record.values.z] : [],
  );
  expect(records).toEqual([
    { value: 9.8, unit: 'm/s2' },
    { value: -1, unit: '[g]' },
  ]);
});

it('knows streams by their folders inside a tar as well', async () => {
  const tar = execFileSync('tar', ['-C', fixtures, '-czf', '-', 'ab12cd34']);
  const packed = await itemsAt(beiwe, await folderWith({ 'beiwe.tar.gz': tar }));
  expect(tally(packed)).toEqual(tally(await itemsAt(beiwe, fixtures)));
});
