import { execFileSync } from 'node:child_process';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { fit } from '../fit/index.ts';
import { mastodon } from '../mastodon/index.ts';
import { folderWith } from '../testing/folder.ts';
import { itemsAt, tally } from '../testing/read-all.ts';
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
