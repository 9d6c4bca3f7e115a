import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readFault } from './read-fault.ts';

/** A file in a folder that nobody else may enter; `remove` may be called at any time, also twice. */
export interface PrivateCopy {
  path: string;
  bytes: number;
  remove(): Promise<void>;
}

/**
 * Bytes as a file of their own, for formats that are read at random places; gone again where they cannot be read to their end.
 * Throws what their stream throws, and `disk-full` where there is no room for them.
 */
export async function privateCopy(chunks: AsyncIterable<Buffer>): Promise<PrivateCopy> {
  const folder = await mkdtemp(join(tmpdir(), 'afferent-copy-'));
  const remove = () => rm(folder, { recursive: true, force: true });
  const path = join(folder, 'copy');
  try {
    const file = await open(path, 'wx', 0o600);
    let bytes = 0;
    try {
      for await (const chunk of chunks) {
        await file.writeFile(chunk);
        bytes += chunk.length;
      }
    } finally {
      await file.close();
    }
    return { path, bytes, remove };
  } catch (thrown) {
    await remove();
    throw readFault(thrown, 'part-unreadable');
  }
}
