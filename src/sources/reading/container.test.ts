import { execFileSync } from 'node:child_process';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { empaticaE4 } from '../empatica-e4/index.ts';
import { fit } from '../fit/index.ts';
import { mastodon } from '../mastodon/index.ts';
import { folderWith } from '../testing/folder.ts';
import { contextOf, itemsAt, tally } from '../testing/read-all.ts';
import { writeZip } from '../testing/write-zip.ts';

test('what a Mac adds to a zip is told as not used, though its names end like those of the export', async () => {
  const content = Buffer.from('Mac OS X        ');
  const names = ['__MACOSX/._activity.fit', '__MACOSX/garmin/activity.fit', '.hidden.fit', 'garmin/.DS_Store'];
  const folder = await folderWith({ 'export.zip': writeZip(names.map((name) => ({ name, content }))) });
  expect(tally(await itemsAt(fit, folder))).toEqual({ 'excluded file-not-used': 4 });
});

const outbox = JSON.stringify({
  orderedItems: [
    {
      type: 'Create',
      published: '2024-03-05T08:00:00Z',
      object: { id: 'x/1', type: 'Note', published: '2024-03-05T08:00:00Z', content: '<p>Rain</p>' },
    },
  ],
});

test.each(['archive.tar', 'archive.tar.gz', 'archive.tgz'])('%s is read as a zip is', async (name) => {
  const tar = await tarOf({ 'outbox.json': outbox, [`${'long/'.repeat(40)}actor.json`]: '{}', 'media/a.png': 'x'.repeat(5000) });
  const folder = await folderWith({ [name]: name.endsWith('gz') ? gzipSync(tar) : tar });
  expect(tally(await itemsAt(mastodon, folder))).toEqual({ record: 1, 'excluded file-not-used': 2 });
});

test('a tar that is cut off, or none, is one unit that cannot be read', async () => {
  const tar = await tarOf({ 'outbox.json': outbox });
  for (const content of [tar.subarray(0, 600), Buffer.from('no tar at all'), Buffer.alloc(700, 7)]) {
    expect(tally(await itemsAt(mastodon, await folderWith({ 'archive.tar': content })))).toEqual({ 'quarantined part-unreadable': 1 });
  }
  expect(tally(await itemsAt(mastodon, await folderWith({ 'archive.tar': '' })))).toEqual({ 'excluded file-not-used': 1 });
});

/** Made by the system's own program. */
async function tarOf(files: Record<string, string>): Promise<Buffer> {
  const folder = await folderWith(files);
  return execFileSync('tar', ['-C', folder, '-cf', '-', '.'], { maxBuffer: 1e8 });
}

test('zips within a zip are opened for kinds whose makers pack recordings so', async () => {
  const content = Buffer.from('1551453301.0\n4.0\n0.1\n0.2\n');
  const session = writeZip([{ name: 'EDA.csv', content }]);
  const broken = Buffer.from('PK, but no zip');
  const files = ['1551453301_A00204.zip', 'later/1551453999_A00205.zip'].map((name) => ({ name, content: session }));
  const folder = await folderWith({ 'study.zip': writeZip([...files, { name: 'broken.zip', content: broken }]) });
  const items = await itemsAt(empaticaE4, folder);
  expect(tally(items)).toEqual({ block: 4, 'excluded file-not-used': 1 });
  expect(items.flatMap((item) => (item.is === 'block' ? [item.block.device] : []))).toEqual(['Empatica E4 A00204', 'Empatica E4 A00205']);
  const declared = await itemsAt(empaticaE4, folder, contextOf({ account: 'A00204' }));
  expect(tally(declared)).toEqual({ block: 2, 'excluded file-not-used': 1, 'quarantined wrong-participant': 2 });
});
