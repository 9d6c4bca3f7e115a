import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject, randomBytes } from 'node:crypto';
import { deflateRawSync, inflateRawSync } from 'node:zlib';

const version = { plain: 1, deflated: 2 } as const;
const compressFrom = 512;

/** Node turns a plain buffer into a key at every call, which takes four times as long as the sealing of a post. */
const keyObjects = new WeakMap<Buffer, KeyObject>();

function keyObject(key: Buffer): KeyObject {
  let object = keyObjects.get(key);
  if (!object) {
    object = createSecretKey(key);
    keyObjects.set(key, object);
  }
  return object;
}

const nonceBytes = 12;
const tagBytes = 16;
/** Random bytes are drawn for many nonces at once; none is used twice. */
let drawn = Buffer.alloc(0);

function freshNonce(): Buffer {
  if (drawn.length === 0) drawn = randomBytes(256 * nonceBytes);
  const nonce = drawn.subarray(0, nonceBytes);
  drawn = drawn.subarray(nonceBytes);
  return nonce;
}

/**
 * AES-256-GCM under `key`. Layout: version byte, 12-byte random nonce, 16-byte tag, ciphertext.
 * `place` (table and row id) is authenticated, so that a sealed value cannot be moved to another row.
 */
export function seal(key: Buffer, place: string, clear: Buffer | string): Buffer {
  let sealed = Buffer.alloc(0);
  sealInto(key, place, clear, {
    next: (length) => {
      sealed = Buffer.allocUnsafe(length);
      return sealed;
    },
  });
  return sealed;
}

/** The same, into room that is asked for when it is known how much it takes. */
export function sealInto(key: Buffer, place: string, clear: Buffer | string, room: { next(length: number): Buffer }): void {
  const bytes = typeof clear === 'string' ? Buffer.from(clear, 'utf8') : clear;
  const deflate = bytes.length >= compressFrom;
  const head = deflate ? version.deflated : version.plain;
  const nonce = freshNonce();
  const cipher = createCipheriv('aes-256-gcm', keyObject(key), nonce);
  cipher.setAAD(Buffer.from(`${head}|${place}`, 'utf8'));
  // Room for what comes out: by default each call takes sixteen kilobytes, which thousands of small values leave to the collector.
  const sealed = cipher.update(deflate ? deflateRawSync(bytes, { level: 1, chunkSize: bytes.length }) : bytes);
  cipher.final();
  const target = room.next(1 + nonceBytes + tagBytes + sealed.length);
  target[0] = head;
  target.set(nonce, 1);
  target.set(cipher.getAuthTag(), 1 + nonceBytes);
  target.set(sealed, 1 + nonceBytes + tagBytes);
}

/** Opens what `seal` made. Throws when the key, the place or a bit is wrong. */
export function unseal(key: Buffer, place: string, sealed: Uint8Array): Buffer {
  const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength);
  const head = bytes[0] as number;
  const decipher = createDecipheriv('aes-256-gcm', keyObject(key), bytes.subarray(1, 13));
  decipher.setAAD(Buffer.from(`${head}|${place}`, 'utf8'));
  decipher.setAuthTag(bytes.subarray(13, 29));
  const clear = Buffer.concat([decipher.update(bytes.subarray(29)), decipher.final()]);
  return head === version.deflated ? inflateRawSync(clear) : clear;
}
