import { type Word, wordsOf } from './words.ts';

/** Words of a text and, for each of its tokens, the number of its word; -1 for the special tokens around the text. */
export interface Alignment {
  words: Word[];
  wordOf: Int32Array;
}

/**
 * Places of tokens in a text, which transformers.js does not give. Every word of basic tokenisation becomes one token
 * that begins a word and any number that continue it, so the k-th beginning is the k-th word. Should the two ever
 * count differently, no token is given a word: no evidence is better than a wrong span.
 * @param continues 1 at the ids of tokens that continue a word.
 */
export function align(text: string, ids: readonly number[], specials: readonly string[], continues: Uint8Array): Alignment {
  const words = wordsOf(text, specials);
  const wordOf = new Int32Array(ids.length).fill(-1);
  let word = -1;
  for (let t = 1; t < ids.length - 1; t++) {
    if (continues[ids[t] ?? 0] !== 1) word += 1;
    wordOf[t] = word;
  }
  return word + 1 === words.length ? { words, wordOf } : { words: [], wordOf: wordOf.fill(-1) };
}
