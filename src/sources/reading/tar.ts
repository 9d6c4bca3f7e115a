import yauzl from 'yauzl';
import { AfferentError, type ErrorCode } from '../../../schema/errors.ts';
import { MAX_ENTRIES, MAX_PROLOG_BYTES } from './limits.ts';

/** A file inside a tar; `refused` says why it must not be opened. */
export interface TarEntry {
  name: string;
  bytes: number;
  /** Where its bytes begin in the tar. */
  at: number;
  refused: ErrorCode | null;
}

type Chunks = AsyncIterable<Buffer>;

const BLOCK = 512;
/** A file as old and as new programs mark it. */
const FILES: ReadonlySet<string> = new Set(['\0', '0', '7']);
const LINKS: ReadonlySet<string> = new Set(['1', '2']);

/**
 * Files of a tar, sorted by name: it has no list of them, so all of it is read once. Throws what its stream throws, `part-unreadable`
 * where it is cut off or no tar, and `zip-bomb` where it has too many files.
 */
export async function listTar(chunks: Chunks): Promise<TarEntry[]> {
  const bytes = new Stretches(chunks);
  const found: TarEntry[] = [];
  let noted: Noted = {};
  for (;;) {
    const block = await bytes.take(BLOCK);
    if (block.length === 0 || isZero(block)) return found.sort((a, b) => (a.name < b.name ? -1 : 1));
    const header = block.length === BLOCK ? headerIn(block) : null;
    if (header === null) throw new AfferentError('part-unreadable');
    const { type } = header;
    const size = noted.size ?? header.size;
    const padded = Math.ceil(size / BLOCK) * BLOCK;
    if (type === 'x' || type === 'L') {
      // Where name and size of the next file stand that its own header has no room for.
      if (size > MAX_PROLOG_BYTES) throw new AfferentError('part-unreadable');
      const words = (await bytes.take(padded)).toString('utf8', 0, size);
      noted = { ...noted, ...(type === 'x' ? paxIn(words) : { name: words.replace(/\0.*$/s, '') }) };
      continue;
    }
    const name = (noted.name ?? header.name).replace(/^(?:\.\/)+/, '');
    if (FILES.has(type) || LINKS.has(type)) found.push({ name, bytes: size, at: bytes.position, refused: refusal(name, type) });
    if (found.length > MAX_ENTRIES) throw new AfferentError('zip-bomb');
    noted = {};
    // The very last file may lack the zeros behind it.
    if ((await bytes.skip(padded)) < size) throw new AfferentError('part-unreadable');
  }
}

/** Bytes of one file. `chunks` are those of the tar, from its beginning. */
export async function* tarEntryBytes(chunks: Chunks, { at, bytes }: TarEntry): AsyncGenerator<Buffer> {
  let position = 0;
  if (bytes === 0) return;
  for await (const chunk of chunks) {
    const part = chunk.subarray(Math.max(0, at - position), Math.max(0, at + bytes - position));
    position += chunk.length;
    if (part.length > 0) yield part;
    if (position >= at + bytes) return;
  }
  throw new AfferentError('part-unreadable');
}

interface Noted {
  name?: string;
  size?: number;
}

function headerIn(block: Buffer): { name: string; size: number; type: string } | null {
  let sum = 0;
  // The sum stands within what is summed, and counts as spaces.
  for (let i = 0; i < BLOCK; i++) sum += i >= 148 && i < 156 ? 32 : (block[i] as number);
  const size = numberIn(block.subarray(124, 136));
  if (sum !== numberIn(block.subarray(148, 156)) || !Number.isSafeInteger(size)) return null;
  const isNew = block.toString('latin1', 257, 262) === 'ustar';
  const prefix = isNew ? textIn(block.subarray(345, 500)) : '';
  const name = textIn(block.subarray(0, 100));
  return { name: prefix === '' ? name : `${prefix}/${name}`, size, type: String.fromCharCode(block[156] as number) };
}

/** Octal digits, or beyond eight gigabytes a number in bytes. */
function numberIn(field: Buffer): number {
  if (((field[0] as number) & 0x80) !== 0) return Number(BigInt(`0x${field.subarray(1).toString('hex')}`));
  const digits = textIn(field).trim();
  return /^[0-7]*$/.test(digits) ? Number.parseInt(digits || '0', 8) : Number.NaN;
}

function textIn(field: Buffer): string {
  const end = field.indexOf(0);
  return field.toString('utf8', 0, end === -1 ? field.length : end);
}

/** Lines of `length name=value`. */
function paxIn(words: string): Noted {
  const found: Noted = {};
  for (const [, name, value = ''] of words.matchAll(/^\d+ (\w+)=(.*)$/gm)) {
    if (name === 'path') found.name = value;
    if (name === 'size' && /^\d{1,15}$/.test(value)) found.size = Number(value);
  }
  return found;
}

function refusal(name: string, type: string): ErrorCode | null {
  return LINKS.has(type) || name === '' || yauzl.validateFileName(name) !== null ? 'unsafe-name' : null;
}

function isZero(block: Buffer): boolean {
  return block.every((byte) => byte === 0);
}

/** A stream taken or passed over so many bytes at a time. */
class Stretches {
  readonly #chunks: AsyncIterator<Buffer>;
  #left: Buffer = Buffer.alloc(0);
  position = 0;

  constructor(chunks: Chunks) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  /** The next bytes; fewer where the stream ends. */
  async take(length: number): Promise<Buffer> {
    const pieces: Buffer[] = [];
    await this.#walk(length, (piece) => pieces.push(piece));
    return Buffer.concat(pieces);
  }

  /** How many bytes there were to pass over. */
  async skip(length: number): Promise<number> {
    return this.#walk(length, () => {});
  }

  async #walk(length: number, use: (piece: Buffer) => void): Promise<number> {
    let walked = 0;
    while (walked < length) {
      if (this.#left.length === 0) {
        const next = await this.#chunks.next();
        if (next.done === true) break;
        this.#left = next.value;
      }
      const piece = this.#left.subarray(0, length - walked);
      this.#left = this.#left.subarray(piece.length);
      walked += piece.length;
      use(piece);
    }
    this.position += walked;
    return walked;
  }
}
