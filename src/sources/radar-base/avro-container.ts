import { crc32, inflateRawSync, zstdDecompressSync } from 'node:zlib';
import { AfferentError } from '../../../schema/errors.ts';
import { AvroBytes, type AvroType, avroType } from './avro-type.ts';
import { unsnappied } from './snappy.ts';

/** A record, or so many that are lost to damage. */
export type AvroItem = { record: unknown } | { lost: number };

const MAGIC = Buffer.from('Obj\x01', 'latin1');
const SYNC_BYTES = 16;
const MAX_HEADER_BYTES = 4 * 1024 * 1024;
/** Bytes of a block as it is packed, and unpacked. Writers begin a new one after 16 KiB to 1 MiB. */
const MAX_BLOCK_BYTES = 16 * 1024 * 1024;
const MAX_CONTENT_BYTES = 64 * 1024 * 1024;
/** Records for each byte of a damaged block that is packed, at most, for its number of them to be believed. */
const MOST_PACKED = 100;
/** What stands before a block's bytes: two numbers of at most ten bytes. */
const BLOCK_HEAD_BYTES = 20;

const codecs: Readonly<Record<string, (packed: Buffer) => Buffer>> = {
  null: (packed) => packed,
  deflate: (packed) => inflateRawSync(packed, { maxOutputLength: MAX_CONTENT_BYTES }),
  zstandard: (packed) => zstdDecompressSync(packed, { maxOutputLength: MAX_CONTENT_BYTES }),
  snappy(packed) {
    const content = unsnappied(packed.subarray(0, -4), MAX_CONTENT_BYTES);
    if (crc32(content) !== packed.readUInt32BE(packed.length - 4)) throw new AfferentError('part-unreadable');
    return content;
  },
};

interface Header {
  type: AvroType;
  schema: unknown;
  unpack: (packed: Buffer) => Buffer;
  sync: Buffer;
  bytes: number;
}

/**
 * Records of an Avro object container file, block by block. A damaged block is told with the number of records that it said to hold (one
 * where that cannot be known either), and reading goes on behind the next sync marker.
 * Throws `not-this-kind` where the file is none or `accepts` refuses its schema, `part-unreadable` where its header is damaged.
 */
export async function* avroItems(chunks: AsyncIterable<Buffer>, accepts: (schema: unknown) => boolean): AsyncGenerator<AvroItem> {
  const reader = new BlockReader(accepts);
  for await (const chunk of chunks) yield* reader.take(chunk, false);
  yield* reader.take(Buffer.alloc(0), true);
}

class BlockReader {
  readonly #accepts: (schema: unknown) => boolean;
  #pending: Buffer = Buffer.alloc(0);
  #header: Header | null = null;
  /** Whether the next sync marker is looked for. */
  #isLost = false;

  constructor(accepts: (schema: unknown) => boolean) {
    this.#accepts = accepts;
  }

  *take(chunk: Buffer, isLast: boolean): Generator<AvroItem> {
    this.#pending = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    if (isLast && this.#header === null && this.#pending.length === 0) return;
    this.#header ??= this.#readHeader(isLast || this.#pending.length > MAX_HEADER_BYTES);
    const header = this.#header;
    if (header === null) return;
    while (this.#pending.length > 0) {
      if (this.#isLost && !this.#findMarker(header.sync)) return;
      const block = blockOf(this.#pending, header.sync);
      if (block === 'more' && !isLast) return;
      if (typeof block === 'string') {
        if (this.#pending.length > 0) yield { lost: 1 };
        this.#isLost = true;
      } else {
        yield* itemsOf(block, header);
        this.#pending = this.#pending.subarray(block.bytes);
      }
    }
  }

  #readHeader(isWhole: boolean): Header | null {
    const header = headerOf(this.#pending, isWhole);
    if (header !== null && !this.#accepts(header.schema)) throw new AfferentError('not-this-kind');
    if (header !== null) this.#pending = this.#pending.subarray(header.bytes);
    return header;
  }

  /** Goes on behind the next marker; keeps what may be the beginning of one. */
  #findMarker(sync: Buffer): boolean {
    const found = this.#pending.indexOf(sync);
    const from = found === -1 ? Math.max(0, this.#pending.length - SYNC_BYTES + 1) : found + SYNC_BYTES;
    this.#pending = this.#pending.subarray(from);
    this.#isLost = found === -1;
    return found !== -1;
  }
}

/** The header, or null where more of it is to come. */
function headerOf(bytes: Buffer, isWhole: boolean): Header | null {
  if (bytes.length >= MAGIC.length && !bytes.subarray(0, MAGIC.length).equals(MAGIC)) throw new AfferentError('not-this-kind');
  const from = new AvroBytes(bytes);
  let facts: Record<string, string>;
  let sync: Buffer;
  try {
    from.take(MAGIC.length);
    facts = avroType({ type: 'map', values: 'bytes' })(from) as Record<string, string>;
    sync = Buffer.from(from.take(SYNC_BYTES));
  } catch {
    if (isWhole) throw new AfferentError('part-unreadable');
    return null;
  }
  const fact = (name: string) => Buffer.from(facts[name] ?? '', 'hex').toString('utf8');
  const unpack = codecs[fact('avro.codec') || 'null'];
  if (unpack === undefined) throw new AfferentError('part-unreadable');
  let schema: unknown;
  try {
    schema = JSON.parse(fact('avro.schema'));
  } catch {
    throw new AfferentError('part-unreadable');
  }
  return { type: avroType(schema), schema, unpack, sync, bytes: from.at };
}

interface Block {
  records: number;
  packed: Buffer;
  /** Of the whole block, head and marker included. */
  bytes: number;
}

function blockOf(bytes: Buffer, sync: Buffer): Block | 'more' | 'damaged' {
  const from = new AvroBytes(bytes);
  let records: number;
  let size: number;
  try {
    records = from.count();
    size = from.count();
  } catch {
    return bytes.length < BLOCK_HEAD_BYTES ? 'more' : 'damaged';
  }
  if (records < 0 || size < 0 || size > MAX_BLOCK_BYTES) return 'damaged';
  if (from.left < size + SYNC_BYTES) return 'more';
  const packed = from.take(size);
  return from.take(SYNC_BYTES).equals(sync) ? { records, packed, bytes: from.at } : 'damaged';
}

/**
 * The records of a block, or all of them lost: in one that does not come out even nobody knows where it went wrong.
 * A record takes a byte at least: what says to hold more of them is not believed.
 */
function* itemsOf({ records, packed }: Block, { type, unpack }: Header): Generator<AvroItem> {
  let lost = records > packed.length * MOST_PACKED ? 1 : Math.max(1, records);
  const read: unknown[] = [];
  try {
    const from = new AvroBytes(unpack(packed));
    if (records > from.left) lost = 1;
    while (read.length < records && from.left > 0) {
      from.items = 0;
      read.push(type(from));
    }
    if (read.length === records && from.left === 0) lost = 0;
  } catch {
    // All of them are told below.
  }
  if (lost > 0) yield { lost };
  else for (const record of read) yield { record };
}
