import { lstat, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { Readable } from 'node:stream';
import { AfferentError, type ErrorCode } from '../../../schema/errors.ts';
import type { Arrival, Part } from '../../../schema/source.ts';
import { filesBelow, staysInside } from './arrivals.ts';
import { decodeToUtf8 } from './decode.ts';
import { fileBytes, stampOf } from './files.ts';
import { zipWithin } from './held-copy.ts';
import { readFault } from './read-fault.ts';
import { listTar, tarEntryBytes } from './tar.ts';
import { packingOf } from './unpack.ts';
import { listZip, type ZipEntry, type ZipSource, zipAt, zipEntryBytes } from './zip.ts';

/** A file of an arrival, however it was packed. */
export interface Entry {
  /** Name inside the arrival, `/` between folders, without `.gz` or `.zst`. */
  name: string;
  bytes: number | null;
  /** Why it must not be opened, or null. */
  refused: ErrorCode | null;
  /** Unpacked bytes, as UTF-8 without a mark. Errors come while it is read. */
  open(): Promise<Readable>;
  /** Unpacked bytes as they are, for binary formats. */
  openBinary(): Promise<Readable>;
}

/** What a part that must not be opened is called: it counts as one quarantined unit. */
export const REFUSED_ROLE = 'refused';

/**
 * Files of an arrival in a fixed order (by name). `deep` takes the folders below as well, `opensInner` the files of zips within a zip or
 * below a folder. Throws AfferentError where the container cannot be read.
 */
export async function entriesOf(arrival: Arrival, deep: boolean, opensInner = false): Promise<Entry[]> {
  if (arrival.form === 'zip') return zipEntries(arrival.path, opensInner);
  if (arrival.form === 'file') {
    const link = (await lstat(arrival.path).catch(() => null))?.isSymbolicLink() ?? false;
    const entry = await fileEntry(basename(arrival.path), arrival.path, link);
    return entry.refused === null && /\.tar$/i.test(entry.name) && entry.bytes !== 0 ? tarEntries(entry) : [entry];
  }
  const files = await filesBelow(arrival.path, deep).catch((thrown: unknown) => {
    throw readFault(thrown, 'bad-path');
  });
  const entries: Entry[] = [];
  for (const file of files) {
    const leaves = file.link && !((await staysInside(arrival.path, file.path)) && (await isFile(file.path)));
    const isInner = opensInner && !leaves && /\.zip$/i.test(file.name);
    const inner = isInner ? await innerEntries(file.name, zipAt(file.path, await stampOf(file.path))) : null;
    entries.push(...(inner ?? [await fileEntry(file.name, file.path, leaves)]));
  }
  return entries;
}

/** Entries as parts, with the kind's word for each; null for those it does not read. `binary` says which are no text. */
export function toParts(
  entries: Entry[],
  roleOf: (entry: Entry) => string | null,
  binary: (role: string | null) => boolean = () => false,
): Part[] {
  return entries.map((entry, index) => {
    const role = entry.refused !== null ? REFUSED_ROLE : isLeftBehind(entry.name) ? null : roleOf(entry);
    const open = (): Promise<Readable> => (binary(role) ? entry.openBinary() : entry.open());
    return {
      index,
      name: entry.name,
      role,
      bytes: entry.bytes,
      open: () => (entry.refused === null ? open() : Promise.reject(new AfferentError(entry.refused))),
    };
  });
}

/** The last part of an entry's name, in lower case. */
export function baseName(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1).toLowerCase();
}

/** What a Mac puts beside each file of a zip, and other hidden files: their names end like those of the export's own. */
function isLeftBehind(name: string): boolean {
  return baseName(name).startsWith('.') || /(?:^|\/)__MACOSX\//.test(name);
}

async function isFile(path: string): Promise<boolean> {
  return (await stat(path)).isFile();
}

async function fileEntry(name: string, path: string, leaves: boolean): Promise<Entry> {
  if (leaves) return refusedEntry(name, 'unsafe-name');
  const stamp = await stampOf(path);
  const packing = packingOf(name);
  return {
    name: packing?.name ?? name,
    bytes: packing === null ? stamp.bytes : null,
    refused: null,
    ...opening(() => {
      const bytes = fileBytes(path, stamp);
      // An empty file is empty, packed or not: its unpacking would call it damaged.
      return packing !== null && stamp.bytes > 0 ? packing.unpack(bytes, stamp.bytes) : bytes;
    }),
  };
}

async function zipEntries(path: string, opensInner: boolean): Promise<Entry[]> {
  const stamp = await stampOf(path);
  const zip = zipAt(path, stamp);
  const found: Entry[] = [];
  for (const item of await listZip(zip)) {
    const isInner = opensInner && item.refused === null && /\.zip$/i.test(item.name) && !isLeftBehind(item.name);
    const key = `${path} ${stamp.modifiedMs} ${item.name} ${item.entry.relativeOffsetOfLocalHeader}`;
    const inner = isInner
      ? await innerEntries(
          item.name,
          zipWithin(key, item.bytes, () => zipEntryBytes(zip, item)),
        )
      : null;
    found.push(...(inner ?? [zippedEntry(item.name, zip, item)]));
  }
  return found;
}

/** Files of a zip within a zip; null where it cannot be read as one: it is then a file as any other. */
async function innerEntries(outer: string, zip: ZipSource): Promise<Entry[] | null> {
  const listed = await listZip(zip).catch((thrown: unknown) => {
    if (thrown instanceof AfferentError) return null;
    throw thrown;
  });
  return listed?.map((item) => zippedEntry(`${outer}/${item.name}`, zip, item)) ?? null;
}

function zippedEntry(name: string, zip: ZipSource, item: ZipEntry): Entry {
  const packing = packingOf(name);
  return {
    name: packing?.name ?? name,
    bytes: packing === null ? item.bytes : null,
    refused: item.refused,
    ...opening(() => {
      const bytes = zipEntryBytes(zip, item);
      return packing !== null && item.bytes > 0 ? packing.unpack(bytes, item.bytes) : bytes;
    }),
  };
}

/** Files of a tar, packed or not. It is read from its beginning for each file that is opened. */
async function tarEntries(tar: Entry): Promise<Entry[]> {
  const listed = await listTar((await tar.openBinary()) as AsyncIterable<Buffer>);
  return listed.map((item) => {
    if (item.refused !== null) return refusedEntry(item.name, item.refused);
    const bytes = async function* (): AsyncGenerator<Buffer> {
      yield* tarEntryBytes((await tar.openBinary()) as AsyncIterable<Buffer>, item);
    };
    return { name: item.name, bytes: item.bytes, refused: null, ...opening(bytes) };
  });
}

function refusedEntry(name: string, code: ErrorCode): Entry {
  const refuse = async (): Promise<never> => {
    throw new AfferentError(code);
  };
  return { name, bytes: null, refused: code, open: refuse, openBinary: refuse };
}

function opening(bytes: () => AsyncIterable<Buffer>): Pick<Entry, 'open' | 'openBinary'> {
  return { open: async () => readable(decodeToUtf8(bytes())), openBinary: async () => readable(bytes()) };
}

function readable(bytes: AsyncIterable<Buffer>): Readable {
  // One chunk ahead is enough: a reader that stops must not leave megabytes behind.
  return Readable.from(bytes, { objectMode: true, highWaterMark: 1 });
}
