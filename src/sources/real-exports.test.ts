import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sourceKind } from './index.ts';
import { outlineOf } from './testing/outline.ts';
import { realExports } from './testing/real-exports.ts';

/** Real exports are not part of the repository: where they lie beside it, all of them go through. */
const exportsFolder = join(import.meta.dirname, '../../../shared/data');
const present = realExports.filter(({ path }) => existsSync(join(exportsFolder, path)));

describe('real exports', () => {
  it('lie beside the repository, or are none', () => {
    if (present.length === 0) console.log('No real exports beside the repository: none were read.');
    expect([0, realExports.length]).toContain(present.length);
  });

  // A file a snapshot: vitest takes those of absent exports for obsolete otherwise.
  for (const { kind, path, account = null, explained = {} } of present) {
    it(`${kind}: ${path}`, { timeout: 600_000 }, async () => {
      const outline = await outlineOf(sourceKind(kind), join(exportsFolder, path), account);
      // What is quarantined is explained, and what is explained is there.
      expect(Object.keys(outline.quarantined).sort()).toEqual(Object.keys(explained).sort());
      const name = `${kind}-${path.replaceAll(/[^A-Za-z0-9]+/g, '-').toLowerCase()}.json`;
      await expect(`${JSON.stringify(outline, null, 2)}\n`).toMatchFileSnapshot(`./__snapshots__/real-exports/${name}`);
    });
  }
});
