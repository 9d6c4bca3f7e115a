/** The layout of the data messages under one local number. */
export interface Definition {
  /** Number of the message in the maker's profile. */
  global: number;
  /** The definition's own bytes with local number 0 and base types that the decoder knows. */
  bytes: Buffer;
  /** Bytes of each message behind its header byte. */
  size: number;
  /** Where the full timestamp stands in a message, or -1. */
  stampAt: number;
  bigEndian: boolean;
}

const TIMESTAMP = 253;
const BYTE_TYPE = 0x0d;
/** Base types that the format defines, without their endian flag. */
const LAST_BASE_TYPE = 0x10;

/** Bytes of a definition record, or null where that is not known yet. */
export function definitionBytes(record: Buffer): number | null {
  if (record.length < 6) return null;
  const own = 6 + (record[5] as number) * 3;
  if (((record[0] as number) & 0x20) === 0) return own;
  return record.length > own ? own + 1 + (record[own] as number) * 3 : null;
}

/** Reads a whole definition record. A field of a base type that does not exist is read as bytes. */
export function readDefinition(record: Buffer): Definition {
  const bytes = Buffer.from(record);
  const bigEndian = bytes[2] === 1;
  const fields = bytes[5] as number;
  let size = 0;
  let stampAt = -1;
  for (let at = 6; at < 6 + fields * 3; at += 3) {
    const type = (bytes[at + 2] as number) & 0x1f;
    if (type > LAST_BASE_TYPE) bytes[at + 2] = BYTE_TYPE;
    if (bytes[at] === TIMESTAMP && bytes[at + 1] === 4) stampAt = size;
    size += bytes[at + 1] as number;
  }
  const own = 6 + fields * 3;
  for (let at = own + 1; at < bytes.length; at += 3) size += bytes[at + 1] as number;
  bytes[0] = (bytes[0] as number) & 0x60;
  return { global: bigEndian ? bytes.readUInt16BE(3) : bytes.readUInt16LE(3), bytes, size, stampAt, bigEndian };
}

/** The same message with some of its fields only, those of apps left out. */
export function withFields<M extends { definition: Definition; fields: Buffer }>(message: M, isKept: (number: number) => boolean): M {
  const { bytes } = message.definition;
  const kept: Buffer[] = [];
  const values: Buffer[] = [];
  let from = 0;
  for (let at = 6; at < 6 + (bytes[5] as number) * 3; at += 3) {
    const size = bytes[at + 1] as number;
    if (isKept(bytes[at] as number)) {
      kept.push(bytes.subarray(at, at + 3));
      values.push(message.fields.subarray(from, from + size));
    }
    from += size;
  }
  const head = Buffer.from(bytes.subarray(0, 6));
  head[0] = 0x40;
  head[5] = kept.length;
  return { ...message, definition: { ...message.definition, bytes: Buffer.concat([head, ...kept]) }, fields: Buffer.concat(values) };
}
