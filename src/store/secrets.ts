import { hash as digestOf, hkdfSync, randomBytes } from 'node:crypto';
import { existsSync, linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { AfferentError } from '../../schema/errors.ts';

/** The secret that all others of this home come from: 32 random bytes, kept by the lab apart from its backups. */
export interface Secrets {
  /** Wraps the participants' keys. */
  wrapping: Buffer;
  /** Signs the audit's chain. */
  audit: Buffer;
  /** Proves that a store belongs to this key file. */
  check: string;
  /** The keyed hashes of a study: pseudonyms, record keys, input ids. */
  study(study: string): StudyHash;
}

/** Keyed hash of a study over the parts given, as 64 hexadecimal digits. Parts are framed, so they cannot run together. */
export type StudyHash = (purpose: string, ...parts: (string | Buffer)[]) => string;

const hex = /^[0-9a-f]{64}\s*$/;

/** Reads the key file, or makes one where `create` allows it. Mode 0600. */
export function readSecrets(path: string, create: boolean): Secrets {
  if (!existsSync(path)) {
    if (!create) throw new AfferentError('no-key-file');
    makeKeyFile(path);
  }
  const text = readFileSync(path, 'utf8');
  if (!hex.test(text)) throw new AfferentError('wrong-key-file');
  return deriveSecrets(Buffer.from(text.trim(), 'hex'));
}

/** Of two processes that start at once, one makes it, and neither sees half of it. */
function makeKeyFile(path: string): void {
  const own = `${path}.${randomBytes(4).toString('hex')}`;
  writeFileSync(own, `${randomBytes(32).toString('hex')}\n`, { mode: 0o600, flag: 'wx', flush: true });
  try {
    linkSync(own, path);
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== 'EEXIST') throw thrown;
  } finally {
    rmSync(own);
  }
}

export function deriveSecrets(master: Buffer): Secrets {
  const derive = (info: string) => Buffer.from(hkdfSync('sha256', master, 'afferent', info, 32));
  const hashes = new Map<string, StudyHash>();
  return {
    wrapping: derive('wrapping'),
    audit: derive('audit'),
    check: derive('check').toString('hex'),
    study(study) {
      let keyed = hashes.get(study);
      if (!keyed) {
        keyed = studyHash(derive(`study:${study}`));
        hashes.set(study, keyed);
      }
      return keyed;
    },
  };
}

function studyHash(key: Buffer): StudyHash {
  const hmac = hmacSha256(key);
  return (purpose, ...parts) => {
    let text = `${purpose}\0`;
    if (parts.every((part) => typeof part === 'string')) {
      for (const part of parts) text += `${Buffer.byteLength(part)}:${part}`;
      return hmac(text);
    }
    const pieces: Buffer[] = [Buffer.from(text)];
    for (const part of parts) {
      const bytes = typeof part === 'string' ? Buffer.from(part) : part;
      pieces.push(Buffer.from(`${bytes.length}:`), bytes);
    }
    return hmac(Buffer.concat(pieces));
  };
}

const blockBytes = 64;

/**
 * HMAC with SHA-256 (RFC 2104) by one key of at most 64 bytes, as hexadecimal digits. A record takes four of them, and Node's own object
 * for each costs several times what the hashing does.
 */
export function hmacSha256(key: Buffer): (message: string | Buffer) => string {
  const outer = Buffer.alloc(blockBytes + 32, 0x5c);
  let inner = Buffer.alloc(4096, 0x36);
  for (const [i, byte] of key.entries()) {
    inner[i] = byte ^ 0x36;
    outer[i] = byte ^ 0x5c;
  }
  return (message) => {
    const most = typeof message === 'string' ? message.length * 3 : message.length;
    if (inner.length < blockBytes + most) {
      const larger = Buffer.alloc(2 * (blockBytes + most));
      inner.copy(larger, 0, 0, blockBytes);
      inner = larger;
    }
    const bytes = typeof message === 'string' ? inner.write(message, blockBytes) : message.copy(inner, blockBytes);
    // As a string of one character a byte: a buffer of its own costs three times the hashing of a short text.
    outer.write(digestOf('sha256', inner.subarray(0, blockBytes + bytes), 'binary'), blockBytes, 'latin1');
    return digestOf('sha256', outer, 'hex');
  };
}
