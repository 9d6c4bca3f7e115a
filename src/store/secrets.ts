import { createHmac, createSecretKey, hkdfSync, type KeyObject, randomBytes } from 'node:crypto';
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
  const studyKeys = new Map<string, KeyObject>();
  return {
    wrapping: derive('wrapping'),
    audit: derive('audit'),
    check: derive('check').toString('hex'),
    study(study) {
      let key = studyKeys.get(study);
      if (!key) {
        key = createSecretKey(derive(`study:${study}`));
        studyKeys.set(study, key);
      }
      const studyKey = key;
      return (purpose, ...parts) => keyedHash(studyKey, purpose, parts);
    },
  };
}

function keyedHash(key: KeyObject, purpose: string, parts: (string | Buffer)[]): string {
  const hash = createHmac('sha256', key);
  // Each call into the hash costs more than what is hashed: text is joined first.
  let text = `${purpose}\0`;
  for (const part of parts) {
    if (typeof part === 'string') text += `${Buffer.byteLength(part)}:${part}`;
    else {
      hash.update(`${text}${part.length}:`).update(part);
      text = '';
    }
  }
  return (text === '' ? hash : hash.update(text)).digest('hex');
}
