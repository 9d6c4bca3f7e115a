import { open, stat } from 'node:fs/promises';
import { createGunzip } from 'node:zlib';
import { AfferentError } from '../../../schema/errors.ts';
import { CHUNK_BYTES, MAX_PART_BYTES, MAX_RATIO, RATIO_FROM_BYTES } from './limits.ts';
import { readFault } from './read-fault.ts';

/** Size and time of a file when it was listed; reading compares. */
export interface FileStamp {
  bytes: number;
  modifiedMs: number;
}

/** Throws `file-gone` where there is no such file, and `file-changed` where the system is in the way. */
export async function stampOf(path: string): Promise<FileStamp> {
  try {
    const { size, mtimeMs } = await stat(path);
    return { bytes: size, modifiedMs: mtimeMs };
  } catch (thrown) {
    throw readFault(thrown, 'file-gone');
  }
}

/** Throws `file-changed` where the file is no longer the one that was listed. */
export async function checkStamp(path: string, stamp: FileStamp): Promise<void> {
  const now = await stampOf(path);
  if (now.bytes !== stamp.bytes || now.modifiedMs !== stamp.modifiedMs) throw new AfferentError('file-changed');
}

/** A file's bytes, as many as it had when listed. Throws `file-gone`, `file-changed`, `part-unreadable`. */
export async function* fileBytes(path: string, stamp: FileStamp): AsyncGenerator<Buffer> {
  await checkStamp(path, stamp);
  const file = await open(path, 'r').catch((thrown: unknown) => {
    throw readFault(thrown, 'part-unreadable');
  });
  try {
    for (let position = 0; position < stamp.bytes; ) {
      const wanted = Math.min(CHUNK_BYTES, stamp.bytes - position);
      const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(wanted), 0, wanted, position).catch((thrown: unknown) => {
        throw readFault(thrown, 'part-unreadable');
      });
      if (bytesRead === 0) throw new AfferentError('file-changed');
      position += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

/** Unpacks gzip. Throws `part-unreadable` where it is cut off or damaged, `zip-bomb` where it grows beyond reason. */
export async function* gunzipped(chunks: AsyncIterable<Buffer>, packedBytes: number): AsyncGenerator<Buffer> {
  const gunzip = createGunzip({ chunkSize: CHUNK_BYTES });
  let failed: unknown = null;
  const fed = feed(chunks, gunzip).catch((thrown: unknown) => {
    failed = thrown;
    gunzip.destroy(thrown as Error);
  });
  let unpacked = 0;
  try {
    for await (const chunk of gunzip as AsyncIterable<Buffer>) {
      unpacked += chunk.length;
      checkGrowth(packedBytes, unpacked);
      yield chunk;
    }
  } catch (thrown) {
    if (failed instanceof AfferentError) throw failed;
    throw thrown instanceof AfferentError ? thrown : new AfferentError('part-unreadable');
  } finally {
    gunzip.destroy();
    await fed;
  }
}

async function feed(chunks: AsyncIterable<Buffer>, gunzip: ReturnType<typeof createGunzip>): Promise<void> {
  for await (const chunk of chunks) {
    if (gunzip.destroyed) return;
    if (!gunzip.write(chunk)) await drained(gunzip);
  }
  gunzip.end();
}

function drained(gunzip: ReturnType<typeof createGunzip>): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      gunzip.off('drain', done).off('close', done);
      resolve();
    };
    gunzip.on('drain', done).on('close', done);
    if (gunzip.destroyed) done();
  });
}

/** Throws `zip-bomb` where `unpacked` bytes are far more than `packed` ones can honestly hold. */
export function checkGrowth(packed: number, unpacked: number): void {
  if (unpacked > MAX_PART_BYTES || (unpacked > RATIO_FROM_BYTES && unpacked > packed * MAX_RATIO)) {
    throw new AfferentError('zip-bomb');
  }
}
