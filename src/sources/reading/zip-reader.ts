import { type FileHandle, open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import yauzl from 'yauzl';
import { CHUNK_BYTES } from './limits.ts';

/**
 * A zip's file for yauzl, whose own reader throws where nobody can catch it when the archive names a place beyond any file. Here such a
 * place is an error of the archive.
 */
class ZipFileReader extends yauzl.RandomAccessReader {
  readonly #file: FileHandle;
  readonly #bytes: number;
  readonly #release: () => Promise<void>;

  constructor(file: FileHandle, bytes: number, release: () => Promise<void>) {
    super();
    this.#file = file;
    this.#bytes = bytes;
    this.#release = release;
  }

  override read(
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
    callback: (error: Error | null, read?: number) => void,
  ): void {
    if (!(position >= 0 && position + length <= this.#bytes)) {
      setImmediate(callback, new Error('beyond the end'));
      return;
    }
    this.#file.read(buffer, offset, length, position).then(({ bytesRead }) => callback(null, bytesRead), callback);
  }

  override _readStreamForRange(start: number, end: number): Readable {
    return Readable.from(this.#range(start, end), { objectMode: false });
  }

  override close(callback: (error: Error | null) => void): void {
    this.#release().then(() => callback(null), callback);
  }

  async *#range(start: number, end: number): AsyncGenerator<Buffer> {
    for (let position = start; position < end; ) {
      const wanted = Math.min(CHUNK_BYTES, end - position);
      const { bytesRead, buffer } = await this.#file.read(Buffer.allocUnsafe(wanted), 0, wanted, position);
      if (bytesRead === 0) return;
      position += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  }
}

/** Opens a zip of so many bytes. */
export async function openZip(path: string, bytes: number): Promise<yauzl.ZipFile> {
  const file = await open(path, 'r');
  return openZipIn(file, bytes, () => file.close());
}

/** The same in a file that is open; `release` is called when the zip is closed. Names of entries are left undecoded: one bad name must not hide the others. */
export async function openZipIn(file: FileHandle, bytes: number, release: () => Promise<void>): Promise<yauzl.ZipFile> {
  try {
    const options = { decodeStrings: false, autoClose: false, lazyEntries: true };
    return await yauzl.fromRandomAccessReaderPromise(new ZipFileReader(file, bytes, release), bytes, options);
  } catch (thrown) {
    await release();
    throw thrown;
  }
}
