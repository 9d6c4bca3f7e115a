import type { Parsed, SourceKind } from '../../../schema/source.ts';
import { contextOf, type ReadPartResult, readAll, tally } from './read-all.ts';

/** What a path came to: numbers, first and last time of what is kept, and nothing of its content. */
export interface Outline {
  files: number;
  units: number;
  /** Records, samples and samples of blocks, by form. */
  kept: Record<string, number>;
  /** First and last local day of what is kept. */
  span: string;
  excluded: Record<string, number>;
  quarantined: Record<string, number>;
  /** Bytes after which broken files could not be read on: `byte 751 of 768`, in the order of the files. */
  broken: string[];
}

/** Reads a path. Throws an Error when a ledger is not balanced or the parser kept silent about units. */
export async function outlineOf(kind: SourceKind, path: string, account: string | null): Promise<Outline> {
  const parts = await readAll(kind, path, contextOf({ account }), 5000);
  for (const part of parts) checkBalance(part);
  const items = parts.flatMap((part) => part.items);
  const counts = tally(items);
  const under = (prefix: string) =>
    Object.fromEntries(
      Object.entries(counts).flatMap(([name, units]) => (name.startsWith(prefix) ? [[name.slice(prefix.length), units]] : [])),
    );
  const kept = Object.fromEntries(['record', 'sample', 'block'].flatMap((form) => (counts[form] ? [[form, counts[form]]] : [])));
  return {
    files: parts.length,
    units: items.reduce((sum, item) => sum + item.units, 0),
    kept,
    span: spanOf(items),
    excluded: under('excluded '),
    quarantined: under('quarantined '),
    broken: parts.flatMap(({ items }) => items.flatMap(placeOf)),
  };
}

function checkBalance({ name, counted, accounted, recounted, groups }: ReadPartResult): void {
  const unaccounted = groups.reduce((sum, group) => sum + group.unaccounted, 0);
  if (counted !== accounted || counted !== recounted || unaccounted > 0) {
    throw new Error(
      `${name}: ${counted} counted, ${accounted} accounted for, ${recounted} counted again, ${unaccounted} kept silent about`,
    );
  }
}

function spanOf(items: readonly Parsed[]): string {
  const days = items.flatMap((item) =>
    (item.is === 'record' || item.is === 'sample' || item.is === 'block') && item.day !== null ? [item.day] : [],
  );
  const first = days.reduce((a, b) => (b < a ? b : a), '9999');
  const last = days.reduce((a, b) => (b > a ? b : a), '');
  return last === '' ? '' : `${first} to ${last}`;
}

/** Where the rest of a file is unreadable; the field names the byte, where the kind knows it, or the checksum. */
function placeOf(item: Parsed): string[] {
  return item.is === 'quarantined' && item.reason === 'part-unreadable' ? [`${item.field ?? 'rest'}, up to byte ${item.end}`] : [];
}
