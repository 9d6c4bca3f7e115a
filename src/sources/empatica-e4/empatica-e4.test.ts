import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { folderWith } from '../testing/folder.ts';
import { contextOf, itemsAt, readAll, tally } from '../testing/read-all.ts';
import { writeZip } from '../testing/write-zip.ts';
import { BLOCK_SAMPLES } from './blocks.ts';
import { empaticaE4 } from './index.ts';

const recording = join(import.meta.dirname, 'fixtures', '1700000000_A01234');

describe('a recording of an Empatica E4', () => {
  it('is accounted for sample by sample', async () => {
    const parts = await readAll(empaticaE4, recording);
    expect(parts.map((part) => [part.role, part.accounted])).toEqual([
      ['acc', 320],
      ['bvp', 640],
      ['eda', 40],
      ['hr', 10],
      ['ibi', 3],
      ['temp', 40],
      [null, 1],
      ['tags', 2],
    ]);
  });

  it('may say when it began as a date, and leaves tables with names of columns alone', async () => {
    const folder = await folderWith({
      'ACC.csv': '2013-02-20 17:55:19,2013-02-20 17:55:19,2013-02-20 17:55:19\n32,32,32\n1,2,3\n',
      'IBI.csv': '2013-02-20 17:55:19, IBI\n1.5,0.75\n',
      'tags.csv': '2013-02-20 17:57:09\n',
      'EDA.csv': 'time,eda\n1,2\n',
    });
    const items = await itemsAt(empaticaE4, folder);
    expect(tally(items)).toEqual({ block: 1, sample: 1, record: 1, 'excluded file-not-used': 1 });
    expect(items.flatMap((item) => (item.is === 'block' ? [item.block.sessionMs] : []))).toEqual([Date.UTC(2013, 1, 20, 17, 55, 19)]);
    expect(items.flatMap((item) => (item.is === 'record' ? [item.record.time.utc] : []))).toEqual(['2013-02-20T17:57:09.000Z']);
  });

  it('keeps values as the file has them, under the device of the name', async () => {
    const items = await itemsAt(empaticaE4, recording);
    const blocks = items.flatMap((item) => (item.is === 'block' ? [item.block] : []));
    const acc = blocks.find((block) => block.signal === 'acc');
    expect(acc).toMatchObject({ channels: 3, rate: 32, sessionMs: 1_700_000_000_000, offset: 0, device: 'Empatica E4 A01234' });
    expect(Array.from(acc?.values.slice(0, 6) ?? [])).toEqual([0, 40, -12, 2, 41, -11]);
    expect(blocks.find((block) => block.signal === 'temp')?.values[0]).toBe(Math.fround(382.18));
    expect(blocks.find((block) => block.signal === 'hr')?.sessionMs).toBe(1_700_000_010_000);
    const ibi = items.find((item) => item.is === 'sample');
    expect(ibi).toMatchObject({
      sample: { signal: 'ibi', unit: 's', value: 0.84375, time: { utc: '2023-11-14T22:13:21.203Z', zone: 'kind' } },
    });
    const tag = items.find((item) => item.is === 'record');
    expect(tag).toMatchObject({ record: { event: 'tag', time: { utc: '2023-11-14T22:13:24.250Z' } } });
  });

  it('cuts blocks at fixed sample numbers and at days', async () => {
    const start = Date.UTC(2024, 0, 1, 23, 59, 0) / 1000;
    const samples = BLOCK_SAMPLES + 10_000;
    const folder = await folderWith({ 'BVP.csv': `${start}.00\r\n64\r\n${'1.5\r\n'.repeat(samples)}` });
    const items = await itemsAt(empaticaE4, folder);
    expect(items.map((item) => [item.day, item.is === 'block' ? item.block.offset : null, item.units])).toEqual([
      ['2024-01-01', 0, 3840],
      ['2024-01-02', 3840, BLOCK_SAMPLES - 3840],
      ['2024-01-02', BLOCK_SAMPLES, 10_000],
    ]);
  });

  it('quarantines lines that are no sample, and keeps the place of the others', async () => {
    const folder = await folderWith({ 'EDA.csv': '1700000000\n4\n0.1\n0.2\nNaN\n\nsix\n0.5\n1e999\n' });
    const items = await itemsAt(empaticaE4, folder);
    expect(items.map((item) => [item.is, item.units, item.is === 'block' ? item.block.offset : null])).toEqual([
      ['block', 2, 0],
      ['quarantined', 2, null],
      ['block', 1, 4],
      ['quarantined', 1, null],
    ]);
    expect(items[1]).toMatchObject({ reason: 'bad-value', raw: Buffer.from('NaN\nsix') });
  });

  it('gives up on a file without a start or a rate, unit by unit accounted', async () => {
    const folder = await folderWith({
      'EDA.csv': 'time\n4\n0.1\n0.2\n',
      'HR.csv': '1700000000\n0\n60\n',
      'BVP.csv': '9999999999\n64\n1\n2\n3\n',
    });
    expect(tally(await itemsAt(empaticaE4, folder))).toEqual({
      'quarantined future-time': 3,
      'quarantined no-time': 2,
      'quarantined wrong-shape': 1,
    });
  });

  it('refuses a wristband other than the declared one', async () => {
    const items = await itemsAt(empaticaE4, recording, contextOf({ account: 'A99999' }));
    expect(tally(items)).toEqual({ 'quarantined wrong-participant': 1055, 'excluded file-not-used': 1 });
    expect(tally(await itemsAt(empaticaE4, recording, contextOf({ account: 'a01234' })))).toMatchObject({ record: 2 });
  });

  it('finds zips and folders side by side', async () => {
    const files = { 'one/EDA.csv': '1700000000\n4\n0.1\n', 'labels.csv': 'a,b\n' };
    const zip = writeZip([{ name: 'TEMP.csv', content: '1700000000\n4\n31.5\n' }]);
    const folder = await folderWith({ ...files, 'two.zip': zip });
    expect(tally(await itemsAt(empaticaE4, folder))).toEqual({ block: 2, 'excluded file-not-used': 1 });
  });
});
