import { expect, it } from 'vitest';
import { folderWith } from '../testing/folder.ts';
import { itemsAt, tally } from '../testing/read-all.ts';
import { aware } from './index.ts';

const ROW = { _id: 1, timestamp: 1709625600000, device_id: 'd1' };

/** Values of the one event of these files. */
async function valuesIn(files: Record<string, string>): Promise<unknown> {
  const items = await itemsAt(aware, await folderWith(files));
  return items.map((item) => (item.is === 'record' && item.record.type === 'event' ? item.record.values : item.is));
}

it('reads rows as a list of JSON, and what stands as JSON in a cell', async () => {
  const off = [{ screen_status: { value: 'off', unit: '1' } }];
  expect(await valuesIn({ 'screen.json': JSON.stringify([{ ...ROW, screen_status: 0 }]) })).toEqual(off);
  expect(await valuesIn({ 'screen.json': JSON.stringify([{ ...ROW, data: { screen_status: 0 } }]) })).toEqual(off);
  expect(await valuesIn({ 'screen.csv': '_id,timestamp,device_id,data\n1,1709625600000,d1,"{""screen_status"":0}"\n' })).toEqual(off);
});

it('reads tables of other delimiters and names', async () => {
  expect(await valuesIn({ 'export.csv': '_id;timestamp;device_id;double_noise\n1;1709625600000;d1;41.5\n' })).toEqual([
    { double_noise: { value: 41.5, unit: '1' } },
  ]);
});

it('leaves JSON of others alone', async () => {
  const folder = await folderWith({ 'messages.json': '[{"Contents":"x"}]', 'rows.json': '[{"id":1}]' });
  expect(tally(await itemsAt(aware, folder))).toEqual({ 'excluded file-not-used': 2 });
});
