import { constants, createGunzip, createZstdDecompress } from 'node:zlib';
import { AfferentError } from '../../../schema/errors.ts';
import { checkGrowth } from './files.ts';
import { CHUNK_BYTES } from './limits.ts';
import { ZstdFrames } from './zstd-frames.ts';

type Unpacker = ReturnType<typeof createGunzip> | ReturnType<typeof createZstdDecompress>;

/** The widest window that zstd has: large dumps are written with it. As much memory is taken as a frame says and fills. */
const WIDEST_WINDOW_LOG = 31;

const packings: Readonly<Record<string, typeof gunzipped>> = { gz: gunzipped, zst: unzstded };

/** A file's name without the ending of its packing, and how it is unpacked; null where it is not packed. */
export function packingOf(name: string): { name: string; unpack: typeof gunzipped } | null {
  const dot = name.lastIndexOf('.');
  const ending = name.slice(dot + 1).toLowerCase();
  if (ending === 'tgz') return { name: `${name.slice(0, dot)}.tar`, unpack: gunzipped };
  if (dot === -1 || !Object.hasOwn(packings, ending)) return null;
  return { name: name.slice(0, dot), unpack: packings[ending] as typeof gunzipped };
}

/** Unpacks gzip. Throws `part-unreadable` where it is cut off or damaged, `zip-bomb` where it grows beyond reason. */
export async function* gunzipped(chunks: AsyncIterable<Buffer>, packedBytes: number): AsyncGenerator<Buffer> {
  yield* checked(unpacked(chunks, createGunzip({ chunkSize: CHUNK_BYTES })), packedBytes);
}

/** Unpacks zstd, frame by frame. Throws as `gunzipped` does. */
export async function* unzstded(chunks: AsyncIterable<Buffer>, packedBytes: number): AsyncGenerator<Buffer> {
  yield* checked(frames(chunks), packedBytes);
}

async function* checked(chunks: AsyncIterable<Buffer>, packedBytes: number): AsyncGenerator<Buffer> {
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    checkGrowth(packedBytes, bytes);
    yield chunk;
  }
}

async function* frames(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const cutter = new ZstdFrames();
  const pieces = (async function* () {
    for await (const chunk of chunks) yield* cutter.push(chunk);
    cutter.end();
  })();
  const params = { [constants.ZSTD_d_windowLogMax]: WIDEST_WINDOW_LOG };
  try {
    for (let next = await pieces.next(); next.done !== true; next = await pieces.next()) {
      const first = next.value;
      const frame = (async function* () {
        yield first.bytes;
        for (let isLast = first.last; !isLast; ) {
          const piece = await pieces.next();
          if (piece.done === true) return;
          yield piece.value.bytes;
          isLast = piece.value.last;
        }
      })();
      yield* unpacked(frame, createZstdDecompress({ params, chunkSize: CHUNK_BYTES }));
    }
  } finally {
    // Whoever wants the beginning only leaves the file open otherwise.
    await pieces.return(undefined);
  }
}

async function* unpacked(chunks: AsyncIterable<Buffer>, unpacker: Unpacker): AsyncGenerator<Buffer> {
  let failed: unknown = null;
  const fed = feed(chunks, unpacker).catch((thrown: unknown) => {
    failed = thrown;
    // What came before the break is given still.
    unpacker.end();
  });
  try {
    for await (const chunk of unpacker as AsyncIterable<Buffer>) yield chunk;
    if (failed !== null) throw failed;
  } catch (thrown) {
    if (failed instanceof AfferentError) throw failed;
    throw thrown instanceof AfferentError ? thrown : new AfferentError('part-unreadable');
  } finally {
    unpacker.destroy();
    await fed;
  }
}

async function feed(chunks: AsyncIterable<Buffer>, unpacker: Unpacker): Promise<void> {
  for await (const chunk of chunks) {
    if (unpacker.destroyed) return;
    if (!unpacker.write(chunk)) await drained(unpacker);
  }
  unpacker.end();
}

function drained(unpacker: Unpacker): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      unpacker.off('drain', done).off('close', done);
      resolve();
    };
    unpacker.on('drain', done).on('close', done);
    if (unpacker.destroyed) done();
  });
}
