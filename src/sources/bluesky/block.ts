import { createHash } from 'node:crypto';
import { decode } from '@ipld/dag-cbor';
import { type Fields, isFields } from '../reading/json-unit.ts';

/** Bytes of a content identifier: version 1, codec, sha2-256, 32 bytes of digest. */
const CID_BYTES = 36;
const DAG_CBOR = 0x71;

/** A block of a repository: an object under the digest of its bytes. */
export interface Block {
  /** The digest, as text of 32 Latin-1 characters. */
  digest: string;
  value: Fields;
}

/** The block in a section of a CAR file; null where it has another form, or its bytes are not those that it names. */
export function blockOf(section: Buffer): Block | null {
  if (section.length < CID_BYTES || section[0] !== 1 || section[1] !== DAG_CBOR || section[2] !== 0x12 || section[3] !== 32) return null;
  const digest = section.toString('latin1', 4, CID_BYTES);
  const bytes = section.subarray(CID_BYTES);
  if (createHash('sha256').update(bytes).digest().toString('latin1') !== digest) return null;
  try {
    const value: unknown = decode(bytes);
    return isFields(value) ? { digest, value } : null;
  } catch {
    return null;
  }
}

/** The digest that a link points to, or null. */
export function digestOf(link: unknown): string | null {
  const bytes = typeof link === 'object' && link !== null && 'bytes' in link ? link.bytes : null;
  return bytes instanceof Uint8Array && bytes.length === CID_BYTES ? Buffer.from(bytes.subarray(4)).toString('latin1') : null;
}
