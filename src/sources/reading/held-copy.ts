import { type FileHandle, open } from 'node:fs/promises';
import { privateCopy } from './private-copy.ts';
import type { ZipSource } from './zip.ts';
import { openZipIn } from './zip-reader.ts';

/** A copy that has no name any more: it is gone when its last reader is, or the program. */
interface Held {
  key: string;
  file: FileHandle;
  bytes: number;
  readers: number;
}

let last: Promise<Held> | null = null;
let lastKey = '';

/**
 * A zip within another as a source of its own. Its files are read one after another, so the copy of the last such zip is held until
 * another one is asked for. `key` tells them apart.
 */
export function zipWithin(key: string, bytes: number, packed: () => AsyncIterable<Buffer>): ZipSource {
  return {
    bytes,
    check: async () => {},
    open: async () => {
      const held = await heldCopy(key, packed);
      held.readers++;
      return openZipIn(held.file, held.bytes, async () => {
        held.readers--;
        await closeUnused(held);
      });
    },
  };
}

async function heldCopy(key: string, packed: () => AsyncIterable<Buffer>): Promise<Held> {
  if (last !== null && lastKey === key) return last;
  const before = last;
  lastKey = key;
  last = copied(key, packed);
  last.catch(() => {
    if (lastKey === key) last = null;
  });
  // What could not be copied was told to whoever asked for it.
  const old = await before?.catch(() => null);
  if (old) await closeUnused(old);
  return last;
}

async function copied(key: string, packed: () => AsyncIterable<Buffer>): Promise<Held> {
  const copy = await privateCopy(packed());
  try {
    return { key, file: await open(copy.path, 'r'), bytes: copy.bytes, readers: 0 };
  } finally {
    await copy.remove();
  }
}

async function closeUnused(held: Held): Promise<void> {
  if (held.readers === 0 && held.key !== lastKey) await held.file.close();
}
