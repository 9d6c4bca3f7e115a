import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { folderWith } from '../testing/folder.ts';
import { contextOf, itemsAt, readAll, tally } from '../testing/read-all.ts';
import { mPath } from './index.ts';

const fixtures = join(import.meta.dirname, 'fixtures');

it('makes a self-report of every answer', async () => {
  const items = await itemsAt(mPath, join(fixtures, 'study_basic.csv'));
  expect(tally(items)).toEqual({
    record: 7,
    'excluded not-collected': 6,
    'excluded empty': 2,
    'quarantined no-time': 1,
    'quarantined future-time': 1,
    'quarantined not-csv': 1,
  });
  const reports = items.flatMap((item) => (item.is === 'record' && item.record.type === 'self-report' ? [item.record] : []));
  expect(reports.slice(0, 4).map(({ instrument, item, value }) => [instrument, item, value])).toEqual([
    ['daily', 'happy_sliderNeutralPos', 50],
    ['daily', 'company_multipleChoice_index', 2],
    ['daily', 'company_multipleChoice_string', 'Partner'],
    ['daily', 'note_open', 'Fine; a bit tired\nbut ok'],
  ]);
  // 08:16:42 on the phone's own clock, two hours east.
  expect(reports[0]?.time).toEqual({ utc: '2024-04-19T06:16:42.000Z', offset: 120, zone: 'stated', day: '2024-04-19' });
});

it('leaves other people out, and mixes nobody where none was declared', async () => {
  const one = readFileSync(join(fixtures, 'study_basic.csv'), 'utf8');
  const path = await folderWith({
    'all_basic.csv': `${one}2;;;other;;;12;201;0;daily;;study;1;1713514596;1713514602;1713514700;0;7200;0;1;60\n`,
  });
  expect(Object.keys(tally(await itemsAt(mPath, path)))).toEqual(['quarantined wrong-participant']);
  const declared = tally(await itemsAt(mPath, path, contextOf({ account: '2' })));
  expect(declared).toMatchObject({ record: 1, 'excluded not-collected': 1 });
  expect(declared['excluded other-person']).toBeGreaterThan(10);
});

it('reads dates where other programs wrote the table again', async () => {
  const header = 'connectionId;sentBeepId;questionListName;timeStampSent;timeStampStart;timeZoneOffset;mood_sliderNegPos';
  const folder = await folderWith({ 'study_basic.csv': `${header}\n1;2;Beep;;2024-04-19 08:16:42;7200;50\n` });
  const [item] = await itemsAt(mPath, folder);
  expect(item?.is === 'record' ? item.record.time : null).toMatchObject({ utc: '2024-04-19T06:16:42.000Z', offset: 120 });
});

it('leaves the table that explains the columns alone', async () => {
  expect(tally(await itemsAt(mPath, join(fixtures, 'study_meta.csv')))).toEqual({ 'excluded file-not-used': 1 });
});

it('leaves tables of other makers that lie beside alone', async () => {
  const folder = await folderWith({
    'weight.csv': 'Date,Weight (kg)\n2024-01-01,70\n',
    'renamed.csv': 'connectionId;questionListName;a_open\n1;x;\n',
  });
  expect((await readAll(mPath, folder)).map(({ name, role }) => [name, role])).toEqual([
    ['renamed.csv', 'beeps'],
    ['weight.csv', null],
  ]);
});
