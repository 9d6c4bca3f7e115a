import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256 } from '../../encoder/identity.ts';

/** What a model was trained on, as short hashes; `trained-on.json` of its folder. */
export interface TrainedOn {
  hasText(text: string): boolean;
  hasAuthor(author: string): boolean;
}

/**
 * Reads `trained-on.json`: `texts` and `authors`, each a list or a line of hashes parted by spaces: the first 8 bytes, in
 * hexadecimal, of the SHA-256 of a text's ASCII letters and digits in lower case, or of an author as the set names them.
 * Null where the folder has none: what the model was trained on is then unknown.
 */
export async function readTrainedOn(dir: string): Promise<TrainedOn | null> {
  let file: { texts?: unknown; authors?: unknown };
  try {
    file = JSON.parse(await readFile(join(dir, 'trained-on.json'), 'utf8'));
  } catch {
    return null;
  }
  const [texts, authors] = [hashes(file.texts), hashes(file.authors)];
  return {
    hasText(text) {
      const letters = normalised(text);
      return letters !== '' && texts.has(shortHash(letters));
    },
    hasAuthor: (author) => authors.has(shortHash(author)),
  };
}

/** What two copies of one text have in common. */
export function normalised(text: string): string {
  return text.toLowerCase().replace(/[^a-z0-9]/g, '');
}

export function shortHash(text: string): string {
  return sha256(text).slice(0, 16);
}

function hashes(given: unknown): Set<string> {
  const list = typeof given === 'string' ? given.split(/\s+/) : Array.isArray(given) ? given.map(String) : [];
  return new Set(list.filter((hash) => hash !== ''));
}
