const token = /[A-Za-z0-9_-]{12,}/g;
/** Escapes of JSON and of addresses, whose letters would be taken for the beginning of what follows. */
const escapes = /\\u[0-9A-Fa-f]{4}|\\[bfnrt]|%[0-9A-Fa-f]{2}/g;

/** What is too long, and too unlike a word, to stand somewhere by chance. */
function telling(word: string): string | null {
  const bare = word.replace(/^[_-]+|[_-]+$/g, '');
  return bare.length >= 12 && /\d/.test(bare) ? bare : null;
}

/** What of a record's id can be looked for in bytes that nobody can read: the number or key that it ends with. Null where that may be anything's. */
export function needleOf(recordId: string): string | null {
  return telling(/[A-Za-z0-9_-]*$/.exec(recordId)?.[0] ?? '');
}

/** All that stands in bytes and could be such a key. */
export function tokensIn(bytes: Buffer): Set<string> {
  const words = bytes.toString('latin1').replaceAll(escapes, ' ').match(token) ?? [];
  return new Set(words.flatMap((word) => telling(word) ?? []));
}

/** Whether bytes hold any of these keys. */
export function holdsAny(bytes: Buffer, keys: ReadonlySet<string>): boolean {
  for (const one of tokensIn(bytes)) if (keys.has(one)) return true;
  return false;
}
