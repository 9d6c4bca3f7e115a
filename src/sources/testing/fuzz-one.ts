import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { StoredRecord } from '../../../schema/records.ts';
import type { Parsed, Part, SourceKind } from '../../../schema/source.ts';
import { countPart, partsOf, type ReadOptions, readPart } from '../account.ts';
import { comparable, inPieces } from './fake-part.ts';
import type { ExportFile } from './mutate/bytes.ts';
import { contextOf } from './read-all.ts';

/** Files of a kind's fixtures, by path. The first folder is the fixture's own name and stays: some kinds read people from it. */
export function fixtureFiles(folder: string): ExportFile[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  return names
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile())
    .map((path) => ({ name: relative(folder, path), bytes: readFileSync(path) }));
}

/** Puts an export into a folder, which is made. */
export function writeExport(folder: string, files: readonly ExportFile[]): void {
  mkdirSync(folder, { recursive: true });
  for (const { name, bytes } of files) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), bytes);
  }
}

/** Units of an export by what became of them. */
export interface Fuzzed {
  units: number;
  kept: number;
  quarantined: number;
}

/**
 * Reads the export in `folder`. Throws an Error that says what is wrong when the ledger does not balance, the parser keeps silent about
 * units, or gives what the store could not open again. With `again` every part is read twice more and must give the same: its bytes in
 * pieces of other lengths, and interrupted between two groups.
 */
export async function readBalanced(kind: SourceKind, folder: string, again = false): Promise<Fuzzed> {
  const total: Fuzzed = { units: 0, kept: 0, quarantined: 0 };
  for (const arrival of await kind.arrivals(folder)) {
    for (const part of await partsOf(kind, arrival)) {
      const read = await readOnce(kind, part, { groupUnits: 1000 }, again);
      for (const name of ['units', 'kept', 'quarantined'] as const) total[name] += read[name];
      const alone = await countPart(kind, part);
      if (alone !== read.units) throw new Error(`${read.units} counted while reading, ${alone} alone`);
      if (again) await compare(kind, part, read.items);
    }
  }
  return total;
}

async function compare(kind: SourceKind, part: Part, items: readonly string[]): Promise<void> {
  const pieces = await readOnce(kind, inPieces(part), { groupUnits: 7 }, true);
  if (comparable(pieces.items) !== comparable(items)) throw new Error('other records from the same bytes in other pieces');
  const middle = pieces.ends[pieces.ends.length >> 1];
  if (middle === undefined) return;
  const rest = await readOnce(kind, part, { groupUnits: 7, skipUnits: middle.units }, true);
  if (comparable(rest.items) !== comparable(items.slice(middle.items))) throw new Error('other records after an interruption');
}

interface Read extends Fuzzed {
  /** Digests of what was read, where it is to be compared. */
  items: string[];
  /** Where each group ended. */
  ends: { units: number; items: number }[];
}

async function readOnce(kind: SourceKind, part: Part, options: ReadOptions, keep: boolean): Promise<Read> {
  const read: Read = { units: 0, kept: 0, quarantined: 0, items: [], ends: [] };
  let items = 0;
  for await (const group of readPart(kind, part, contextOf(), options)) {
    const accounted = group.items.reduce((sum, item) => sum + item.units, 0);
    if (accounted !== group.counted) throw new Error(`${group.counted} counted, ${accounted} accounted for`);
    if (group.unaccounted > 0) throw new Error(`${group.unaccounted} units unaccounted for`);
    for (const item of group.items) {
      addTo(read, item);
      if (keep) read.items.push(createHash('sha256').update(comparable(item)).digest('base64'));
    }
    items += group.items.length;
    read.ends.push({ units: group.unitsAfter, items });
  }
  return read;
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
