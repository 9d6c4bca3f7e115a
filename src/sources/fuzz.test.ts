import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { cases } from './testing/cases.ts';
import { fixtureFiles, readBalanced, writeExport } from './testing/fuzz-one.ts';
import { mutatedExport } from './testing/mutate/export.ts';
import { seedOf } from './testing/mutate/random.ts';

/** The short form of `bench/fuzz-sources.ts`: the first files of each kind. */
const FILES = 40;
const root = mkdtempSync(join(tmpdir(), 'afferent-fuzz-'));

afterAll(() => rmSync(root, { recursive: true, force: true }));

describe('damaged exports', () => {
  it('are the same for the same seed, and others for another seed or kind', () => {
    const files = fixtureFiles(cases[0]?.fixtures ?? '');
    const made = (kind: string) => Array.from({ length: 50 }, (_, n) => JSON.stringify(mutatedExport(seedOf(kind, 1, n), files, n)));
    expect(made('posts')).toEqual(made('posts'));
    expect(new Set([...made('posts'), ...made('fit')]).size).toBeGreaterThan(90);
  });

  it.each(cases)('of $name are accounted for to the last unit', { timeout: 60_000 }, async ({ name, kind, fixtures }) => {
    const files = fixtureFiles(fixtures);
    let units = 0;
    for (let number = 1; number <= FILES; number++) {
      const folder = join(root, `${name}-${number}`);
      writeExport(folder, mutatedExport(seedOf(name, 1, number), files, number));
      const read = await readBalanced(kind, folder, number % 8 === 0).catch((thrown: unknown) => {
        throw new Error(`number ${number}`, { cause: thrown });
      });
      expect(read.kept + read.quarantined).toBeLessThanOrEqual(read.units);
      units += read.units;
    }
    expect(units).toBeGreaterThan(FILES);
  });
});
