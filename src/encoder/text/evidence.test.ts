import { describe, expect, it } from 'vitest';
import type { Alignment } from './align.ts';
import { evidenceSpans } from './evidence.ts';

/** Words of three letters with a space between, a token each, between two special tokens. */
function words(n: number, mute: readonly number[] = []): Alignment {
  const list = Array.from({ length: n }, (_, k) => ({ start: k * 4, end: k * 4 + 3, speaks: !mute.includes(k) }));
  return { words: list, wordOf: Int32Array.from([-1, ...list.keys(), -1]) };
}
const shares =
  (...values: number[]) =>
  (token: number) =>
    values[token] ?? 0;

describe('evidence', () => {
  it('is the fewest words that hold half of what speaks for the decision', () => {
    expect(evidenceSpans(words(4), shares(0, 1, 6, 2, 3, 0))).toEqual([[4, 7]]);
    expect(evidenceSpans(words(4), shares(0, 3, 1, 3, 3, 0))).toEqual([
      [0, 3],
      [8, 11],
    ]);
  });

  it('leaves out special tokens, bare punctuation and what speaks against', () => {
    expect(evidenceSpans(words(3, [1]), shares(99, -5, 50, 1, 99))).toEqual([[8, 11]]);
    expect(evidenceSpans(words(2), shares(9, -1, 0, 9))).toEqual([]);
  });

  it('makes one span of words that follow one another', () => {
    expect(evidenceSpans(words(3), shares(0, 2, 2, 0, 0))).toEqual([[0, 3]]);
    expect(evidenceSpans(words(3), shares(0, 1, 1.5, 1.4, 0))).toEqual([[4, 11]]);
  });

  it('takes the earlier of equal words, and eight at most', () => {
    expect(evidenceSpans(words(2), shares(0, 1, 1, 0))).toEqual([[0, 3]]);
    expect(evidenceSpans(words(40), () => 1)).toEqual([[0, 31]]);
  });

  it('adds the parts of a word together', () => {
    const alignment = { ...words(2), wordOf: Int32Array.of(-1, 0, 0, 1, -1) };
    expect(evidenceSpans(alignment, shares(0, 2, 2, 3, 0))).toEqual([[0, 3]]);
  });
});
