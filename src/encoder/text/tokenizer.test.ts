import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openTokenizer } from './tokenizer.ts';

const folder = join(import.meta.dirname, '../../../models/text');
const golden = JSON.parse(await readFile(join(folder, 'golden.json'), 'utf8')) as { text: string; tokens: number; ids: number[] }[];
const tokenizer = await openTokenizer(folder);

describe('the tokenizer of the text model', () => {
  it('gives the ids of the reference tokenizer', () => {
    expect(golden.length).toBeGreaterThan(20);
    // Of long texts the file holds the beginning alone.
    for (const { text, tokens, ids } of golden) {
      const encoded = tokenizer.encode(text);
      expect(encoded.length).toBe(tokens);
      expect(encoded.slice(0, ids.length)).toEqual(ids);
    }
  });

  // Ids by the Python package tokenizers, which lower-cases character by character and parts every ideograph.
  it.each<[string, number[]]>([
    ['\u03A3\u038A\u03A3\u03A5\u03A6\u039F\u03A3', [101, 1173, 18199, 29733, 29735, 29736, 29730, 29733, 102]],
    ['\u{20000}\u{20001}', [101, 100, 100, 102]],
  ])('agrees with it where transformers.js alone does not: %s', (text, ids) => {
    expect(tokenizer.encode(text)).toEqual(ids);
  });

  it('cuts no text off', () => {
    expect(tokenizer.encode('word '.repeat(5_000)).length).toBe(5_002);
  });

  it('finds a word for every token of whatever text', () => {
    const pieces = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom(
        '[SEP]',
        '[MASK]',
        '##ing',
        'unbelievably',
        'İstanbul',
        'ﬁ',
        '１２',
        '\u1fef',
        '\u037e',
        '한',
        '見',
        '\u{2f800}',
        '👩‍👩‍👧',
        ' ',
      ),
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 12 }), (parts) => {
        const text = parts.join('').toWellFormed();
        const ids = tokenizer.encode(text);
        const { words, wordOf } = tokenizer.align(text, ids);
        expect(wordOf[0]).toBe(-1);
        expect(wordOf.at(-1)).toBe(-1);
        const inner = [...wordOf.slice(1, -1)];
        expect(inner.every((word) => word >= 0)).toBe(true);
        expect(new Set(inner).size).toBe(words.length);
        const ends = words.flatMap(({ start, end }) => [start, end]);
        expect(ends).toEqual(ends.toSorted((a, b) => a - b));
        expect(ends.at(-1) ?? 0).toBeLessThanOrEqual([...text].length);
      }),
      { numRuns: 1_500 },
    );
  });

  it('gives the parts of a word to that word', () => {
    const text = 'Unbelievably 😀, né';
    const { words, wordOf } = tokenizer.align(text, tokenizer.encode(text));
    const points = [...text];
    expect(words.map(({ start, end }) => points.slice(start, end).join(''))).toEqual(['Unbelievably', '😀', ',', 'né']);
    expect(wordOf[1]).toBe(0);
    expect(wordOf[2]).toBe(0);
  });
});
