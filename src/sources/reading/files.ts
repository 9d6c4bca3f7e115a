import { open, stat } from 'node:fs/promises';
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

/** Throws `zip-bomb` where `unpacked` bytes are far more than `packed` ones can honestly hold. */
export function checkGrowth(packed: number, unpacked: number): void {
  if (unpacked > MAX_PART_BYTES || (unpacked > RATIO_FROM_BYTES && unpacked > packed * MAX_RATIO)) {
    throw new AfferentError('zip-bomb');
  }
}
