import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { StoredRecord } from '../../../schema/records.ts';
import type { Parsed, SourceKind } from '../../../schema/source.ts';
import { countPart, partsOf, readPart } from '../account.ts';
import { type ExportFile, mutatedExport } from './mutate.ts';
import { contextOf } from './read-all.ts';

/** Files of a kind's fixtures, by path. The first folder is the fixture's own name and stays: some kinds read people from it. */
export function fixtureFiles(folder: string): ExportFile[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  return names
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile())
    .map((path) => ({ name: relative(folder, path), bytes: readFileSync(path) }));
}

export interface Fuzzed {
  units: number;
  kept: number;
  quarantined: number;
}

/**
 * Reads the export that a seed makes of these files, in `folder`, which is made and removed. Throws an Error that says what is wrong
 * when the ledger does not balance, the parser keeps silent about units, or gives what the store could not open again.
 */
export async function fuzzOne(kind: SourceKind, files: readonly ExportFile[], seed: number, folder: string): Promise<Fuzzed> {
  try {
    for (const { name, bytes } of mutatedExport(seed, files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), bytes);
    }
    return await readBalanced(kind, folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function readBalanced(kind: SourceKind, folder: string): Promise<Fuzzed> {
  const total: Fuzzed = { units: 0, kept: 0, quarantined: 0 };
  for (const arrival of await kind.arrivals(folder)) {
    for (const part of await partsOf(kind, arrival)) {
      let counted = 0;
      for await (const group of readPart(kind, part, contextOf(), { groupUnits: 1000 })) {
        counted += group.counted;
        const accounted = group.items.reduce((sum, item) => sum + item.units, 0);
        if (accounted !== group.counted) throw new Error(`${group.counted} counted, ${accounted} accounted for`);
        if (group.unaccounted > 0) throw new Error(`${group.unaccounted} units unaccounted for`);
        for (const item of group.items) addTo(total, item);
      }
      const again = await countPart(kind, part);
      if (again !== counted) throw new Error(`${counted} counted while reading, ${again} alone`);
    }
  }
  return total;
}

function addTo(total: Fuzzed, item: Parsed): void {
  total.units += item.units;
  if (item.is === 'quarantined') total.quarantined += item.units;
  if (item.is === 'record' || item.is === 'sample' || item.is === 'block') total.kept += item.units;
  if (item.is === 'record' && !StoredRecord.safeParse(item.record).success) throw new Error(`a ${item.record.type} against its schema`);
  if (item.is !== 'sample') return;
  const { time, endMs, value } = item.sample;
  if (!Number.isFinite(value) || !Number.isFinite(endMs) || Number.isNaN(Date.parse(time.utc)))
    throw new Error('a sample without a number or time');
}
