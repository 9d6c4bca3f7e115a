import { createHash } from 'node:crypto';
import { crc16 } from '../../fit/checksum.ts';

/**
 * The file with its lengths and checksums made right again, where it is of a format that has some: damage behind a right checksum
 * reaches what a wrong one keeps off.
 */
export function resealed(bytes: Buffer): Buffer {
  if (bytes.toString('latin1', 8, 12) === '.FIT') return sealedFit(bytes);
  return bytes.includes(DIGEST_FOLLOWS) ? sealedBlocks(bytes) : bytes;
}

function sealedFit(bytes: Buffer): Buffer {
  const header = bytes[0] ?? 0;
  const copy = Buffer.from(bytes);
  if (copy.length < header + 2 || header < 12) return bytes;
  copy.writeUInt32LE(copy.length - header - 2, 4);
  copy.writeUInt16LE(crc16(copy.subarray(0, -2), 0), copy.length - 2);
  return copy;
}

/** Version 1, DAG-CBOR, SHA-256, 32 bytes: what stands before the digest of a block. */
const DIGEST_FOLLOWS = Buffer.from([1, 0x71, 0x12, 32]);
const CID_BYTES = 36;

/** Blocks under the digests of their bytes as they are now; links follow, and so do the blocks that hold them. */
function sealedBlocks(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  // A tree of posts is a few levels deep: what still does not agree then stays wrong.
  for (let left = 6; left > 0; left--) {
    let wrong = 0;
    for (const [from, to] of sections(copy)) {
      if (!copy.subarray(from, from + 4).equals(DIGEST_FOLLOWS)) continue;
      const old = Buffer.from(copy.subarray(from + 4, from + CID_BYTES));
      const digest = createHash('sha256')
        .update(copy.subarray(from + CID_BYTES, to))
        .digest();
      if (digest.equals(old)) continue;
      wrong++;
      for (let at = copy.indexOf(old); at !== -1; at = copy.indexOf(old, at + digest.length)) digest.copy(copy, at);
    }
    if (wrong === 0) break;
  }
  return copy;
}

/** Sections of a CAR file, each behind its length as a variable-length number. */
function sections(bytes: Buffer): [from: number, to: number][] {
  const found: [number, number][] = [];
  for (let at = 0; at < bytes.length && found.length < 1000; ) {
    let length = 0;
    let scale = 1;
    for (let byte = 0x80; byte >= 0x80 && at < bytes.length; scale *= 128) {
      byte = bytes[at++] as number;
      length += (byte % 128) * scale;
    }
    const to = Math.min(bytes.length, at + length);
    if (to - at > CID_BYTES) found.push([at, to]);
    at = to;
  }
  return found;
}
