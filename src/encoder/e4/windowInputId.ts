import { createHash } from 'node:crypto';
import { canonicalJson } from '../identity.ts';
import type { E4Window } from './window.ts';

/**
 * Input id of a window outside a study: SHA-256 over its own samples and which of them were recorded. A window depends
 * on nothing else: no sample before or after it, nor its time, changes its id or its score. Samples are hashed as
 * little-endian float32, signals in the order of their names, each after a line with its name and lengths.
 */
export function windowInputId(window: E4Window): string {
  const hash = createHash('sha256');
  for (const name of Object.keys(window.signals).sort()) {
    const signal = window.signals[name];
    if (signal === undefined) continue;
    hash.update(`${canonicalJson({ signal: name, values: signal.values.length, quarters: signal.quarters.length })}\n`);
    hash.update(littleEndian(signal.values)).update(littleEndian(signal.quarters));
  }
  return hash.digest('hex');
}

function littleEndian(values: Float32Array): Uint8Array {
  const bytes = new DataView(new ArrayBuffer(values.length * 4));
  values.forEach((value, k) => {
    bytes.setFloat32(k * 4, value, true);
  });
  return new Uint8Array(bytes.buffer);
}
