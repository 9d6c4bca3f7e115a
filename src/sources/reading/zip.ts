import type { Readable } from 'node:stream';
import { crc32 } from 'node:zlib';
import yauzl from 'yauzl';
import { AfferentError, type ErrorCode } from '../../../schema/errors.ts';
import { checkGrowth, checkStamp, type FileStamp } from './files.ts';
import { MAX_ARCHIVE_BYTES, MAX_ENTRIES } from './limits.ts';
import { readFault } from './read-fault.ts';
import { openZip } from './zip-reader.ts';

/** A file inside a zip; `refused` says why it must not be opened. */
export interface ZipEntry {
  name: string;
  bytes: number;
  refused: ErrorCode | null;
  entry: yauzl.Entry;
}

/** Bytes in which a zip is, and which may be read at any place. */
export interface ZipSource {
  bytes: number;
  /** Throws `file-changed` where they are no longer those that were listed. */
  check(): Promise<void>;
  open(): Promise<yauzl.ZipFile>;
}

export function zipAt(path: string, stamp: FileStamp): ZipSource {
  return { bytes: stamp.bytes, check: () => checkStamp(path, stamp), open: () => openZip(path, stamp.bytes) };
}

const LOCAL_HEADER_BYTES = 30;

/**
 * Files of a zip, sorted by name. Throws `file-empty`, `zip-broken`, and `zip-bomb` where entries overlap or
 * there are too many or too large ones; a single bad entry is only marked `refused`.
 */
export async function listZip(source: ZipSource): Promise<ZipEntry[]> {
  if (source.bytes === 0) throw new AfferentError('file-empty');
  const zip = await opened(source);
  const found: yauzl.Entry[] = [];
  try {
    for await (const entry of zip.eachEntry()) {
      found.push(entry);
      if (found.length > MAX_ENTRIES) throw new AfferentError('zip-bomb');
    }
  } catch (thrown) {
    throw readFault(thrown, 'zip-broken');
  } finally {
    zip.close();
  }
  checkLayout(found, source.bytes);
  return found
    .map(listed)
    .filter((entry) => !entry.name.endsWith('/') || entry.bytes > 0)
    .sort((a, b) =>
      a.name < b.name ? -1 : a.name > b.name ? 1 : a.entry.relativeOffsetOfLocalHeader - b.entry.relativeOffsetOfLocalHeader,
    );
}

/** Unpacked bytes of one entry. Throws `zip-broken` at a wrong size or checksum, `zip-bomb`, `file-changed`. */
export async function* zipEntryBytes(source: ZipSource, { entry, refused }: ZipEntry): AsyncGenerator<Buffer> {
  if (refused !== null) throw new AfferentError(refused);
  await source.check();
  const zip = await opened(source);
  let stream: Readable | null = null;
  let unpacked = 0;
  let sum = 0;
  try {
    stream = await zip.openReadStreamPromise(entry);
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      unpacked += chunk.length;
      checkGrowth(entry.compressedSize, unpacked);
      sum = crc32(chunk, sum);
      yield chunk;
    }
    if (unpacked !== entry.uncompressedSize || sum !== entry.crc32) throw new AfferentError('zip-broken');
  } catch (thrown) {
    throw readFault(thrown, 'zip-broken');
  } finally {
    stream?.destroy();
    zip.close();
  }
}

async function opened(source: ZipSource): Promise<yauzl.ZipFile> {
  try {
    return await source.open();
  } catch (thrown) {
    throw readFault(thrown, 'zip-broken');
  }
}

function listed(entry: yauzl.Entry): ZipEntry {
  const name = yauzl.getFileNameLowLevel(entry.generalPurposeBitFlag, entry.fileNameRaw, entry.extraFields, false);
  return { name, bytes: entry.uncompressedSize, refused: refusal(entry, name), entry };
}

function refusal(entry: yauzl.Entry, name: string): ErrorCode | null {
  if (yauzl.validateFileName(name) !== null || name.includes('\0')) return 'unsafe-name';
  if (entry.isEncrypted()) return 'zip-encrypted';
  if (entry.compressionMethod !== 0 && entry.compressionMethod !== 8) return 'part-unreadable';
  try {
    checkGrowth(entry.compressedSize, entry.uncompressedSize);
    return null;
  } catch {
    return 'zip-bomb';
  }
}

/** Entries that share bytes are how a small file unpacks to petabytes. */
function checkLayout(entries: yauzl.Entry[], fileBytes: number): void {
  let total = 0;
  let free = 0;
  for (const entry of entries.toSorted((a, b) => a.relativeOffsetOfLocalHeader - b.relativeOffsetOfLocalHeader)) {
    if (entry.relativeOffsetOfLocalHeader < free) throw new AfferentError('zip-bomb');
    free = entry.relativeOffsetOfLocalHeader + LOCAL_HEADER_BYTES + entry.fileNameRaw.length + entry.compressedSize;
    total += entry.uncompressedSize;
  }
  if (free > fileBytes) throw new AfferentError('zip-broken');
  if (total > MAX_ARCHIVE_BYTES) throw new AfferentError('zip-bomb');
}
