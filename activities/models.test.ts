import { cpSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openModel } from '../src/encoder/model.ts';
import { tinyTextModel } from '../src/encoder/testing/tinyModels.ts';
import { storeHome } from '../test/support/store-home.ts';
import { keepShippedModels } from './models.ts';

/** The longest path that the system takes, without the zero at its end. */
const longest = 4095;

test('of a copy that fails nothing is left', async () => {
  const home = await storeHome('sqlite');
  const shipped = join(home.folder, 'shipped');
  cpSync(await tinyTextModel(), join(shipped, 'tiny'), { recursive: true });
  const { manifest, modelId, thresholdsId } = await openModel(join(shipped, 'tiny'));
  const part = `/${manifest.name}-${modelId.slice(0, 16)}-${thresholdsId.slice(0, 8)}.part-XXXXXX`;
  // The folder of the copy can be made, and no file in it: its path would be too long.
  let kept = join(home.folder, 'models');
  for (let left = longest - part.length - kept.length; left > 0; left = longest - part.length - kept.length) {
    kept = join(kept, 'x'.repeat(left > 202 ? 200 : left - 1));
  }
  mkdirSync(kept, { recursive: true });
  await expect(keepShippedModels(await home.open(), shipped, kept)).rejects.toMatchObject({ code: 'ENAMETOOLONG' });
  expect(readdirSync(kept)).toEqual([]);
});
