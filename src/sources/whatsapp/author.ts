import { plainText } from './stamp.ts';

const LONGEST_NAME = 100;

/** A message below its stamp: who wrote it, or null for what the app says; and the body. */
export interface Said {
  author: string | null;
  body: string;
}

/**
 * Parts name and words. A name may hold colons itself: where the declared one stands before any of them it is meant,
 * else the first parts.
 */
export function saidIn(text: string, account: string | null): Said {
  const line = text.slice(0, LONGEST_NAME + 2);
  let first: Said | null = null;
  for (const match of line.matchAll(/ ?:(?=[ \u200e\u200f\u202a-\u202e\r\n]|$)/g)) {
    if (line.slice(0, match.index).includes('\n')) break;
    const said = { author: plainName(text.slice(0, match.index)), body: text.slice(match.index + match[0].length).replace(/^ /, '') };
    if (said.author === account) return said;
    first ??= said;
  }
  return first ?? { author: null, body: text };
}

/** A name as it compares: without marks, and without the tilde of somebody who is not among the contacts. */
export function plainName(name: string): string {
  return plainText(name)
    .plain.replaceAll(/\s+/g, ' ')
    .replace(/^\s*~\s*/, '')
    .trim()
    .normalize('NFC');
}
