import { expect, test } from 'vitest';
import { fit } from '../fit/index.ts';
import { folderWith } from '../testing/folder.ts';
import { itemsAt, tally } from '../testing/read-all.ts';
import { writeZip } from '../testing/write-zip.ts';

test('what a Mac adds to a zip is told as not used, though its names end like those of the export', async () => {
  const content = Buffer.from('Mac OS X        ');
  const names = ['__MACOSX/._activity.fit', '__MACOSX/garmin/activity.fit', '.hidden.fit', 'garmin/.DS_Store'];
  const folder = await folderWith({ 'export.zip': writeZip(names.map((name) => ({ name, content }))) });
  expect(tally(await itemsAt(fit, folder))).toEqual({ 'excluded file-not-used': 4 });
});
