import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cases } from './testing/cases.ts';
import { fixtureFiles, fuzzOne } from './testing/fuzz-one.ts';
import { mutatedExport } from './testing/mutate.ts';

/** The short form of `bench/fuzz-sources.ts`: the first seeds of each kind. */
const FILES = 40;

describe('damaged exports', () => {
  it('are the same for the same seed, and others for another', () => {
    const files = fixtureFiles(cases[0]?.fixtures ?? '');
    const made = Array.from({ length: 50 }, (_, seed) => JSON.stringify(mutatedExport(seed, files)));
    expect(Array.from({ length: 50 }, (_, seed) => JSON.stringify(mutatedExport(seed, files)))).toEqual(made);
    expect(new Set(made).size).toBeGreaterThan(45);
  });

  it.each(cases)('of $name are accounted for to the last unit', { timeout: 60_000 }, async ({ name, kind, fixtures }) => {
    const files = fixtureFiles(fixtures);
    let units = 0;
    for (let seed = 1; seed <= FILES; seed++) {
      const folder = join(tmpdir(), `afferent-fuzz-${process.pid}-${name}-${seed}`);
      const read = await fuzzOne(kind, files, seed, folder).catch((thrown: unknown) => {
        throw new Error(`seed ${seed}`, { cause: thrown });
      });
      expect(read.kept + read.quarantined).toBeLessThanOrEqual(read.units);
      units += read.units;
    }
    expect(units).toBeGreaterThan(FILES);
  });
});
