import { createHash } from 'node:crypto';
import { canonicalJson } from '../identity.ts';
import type { StreamBlock } from './block.ts';

/** Where the chain of a state begins that nothing was known before. */
export const beginning: Buffer = createHash('sha256').update('afferent e4-stream 1').digest();

/** Where the second pass over a recording begins: what it starts with hangs on all of the first. */
export function secondBeginning(end: Uint8Array): Buffer {
  return createHash('sha256').update('afferent e4-stream 1 whole').update(end).digest();
}

/**
 * The chain after one more block: SHA-256 over the chain before it, and the block's samples and which were recorded. It
 * names everything that made the outputs of the block, and not its time. Numbers are hashed as little-endian float32,
 * signals in the order of their names, each after a line with its name and lengths.
 */
export function chainOf(before: Uint8Array, block: StreamBlock): Buffer {
  const hash = createHash('sha256').update(before);
  for (const [name, { values, quarters }] of Object.entries(block.signals).sort(([a], [b]) => (a < b ? -1 : 1))) {
    hash.update(`${canonicalJson({ signal: name, values: values.length, quarters: quarters.length })}\n`);
    hash.update(littleEndian(values)).update(littleEndian(quarters));
  }
  return hash.digest();
}

/** Little-endian bytes of float32 numbers, whatever the machine's own order. */
export function littleEndian(values: Float32Array): Uint8Array {
  const bytes = new DataView(new ArrayBuffer(values.length * 4));
  values.forEach((value, k) => {
    bytes.setFloat32(k * 4, value, true);
  });
  return new Uint8Array(bytes.buffer);
}
