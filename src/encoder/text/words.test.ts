import { describe, expect, it } from 'vitest';
import { wordsOf } from './words.ts';

const specials = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'];
/** Words as they stand in the text, cut out by code points. */
function cut(text: string): string[] {
  const points = [...text];
  return wordsOf(text, specials).map(({ start, end }) => points.slice(start, end).join(''));
}

describe('words of a text', () => {
  it.each<[string, string, string[]]>([
    ['white space and punctuation', "I can't  go…\tnow!", ['I', 'can', "'", 't', 'go', '…', 'now', '!']],
    ['accents in one code point', 'Ünïted naïve', ['Ünïted', 'naïve']],
    ['combining accents, which stay with their letter', 'e\u0301te\u0301 nai\u0308ve', ['e\u0301te\u0301', 'nai\u0308ve']],
    ['a mark on nothing', ' \u0301 a', ['a']],
    ['ideographs one by one', '我很好ok', ['我', '很', '好', 'ok']],
    ['ideographs beyond the basic plane', 'a\u{20000}\u{20001}b', ['a', '\u{20000}', '\u{20001}', 'b']],
    ['Hangul in one piece', '한국어 좋아', ['한국어', '좋아']],
    ['emoji in one piece with letters', 'so😀ok 👩‍👧', ['so😀ok', '👩‍👧']],
    ['flags and skin tones', '🇩🇪 👍🏽', ['🇩🇪', '👍🏽']],
    ['invisible characters, which part nothing', 'a\u200bb\u00adc\ufeff', ['a\u200bb\u00adc']],
    ['exotic spaces', 'a\u00a0b\u2003c\u3000d', ['a', 'b', 'c', 'd']],
    ['ASCII symbols, which count as punctuation', 'a+b=$5 ^^', ['a', '+', 'b', '=', '$', '5', '^', '^']],
    ['names of special tokens', 'a[SEP]b [sep]', ['a', '[SEP]', 'b', '[', 'sep', ']']],
    ['nothing', '', []],
    ['only what is dropped', '\u0000\ufffd\u200d', []],
  ])('%s', (_what, text, words) => {
    expect(cut(text)).toEqual(words);
  });

  it('counts code points, not UTF-16 units', () => {
    expect(wordsOf('😀 a', specials)[1]).toMatchObject({ start: 2, end: 3 });
  });

  it('knows which words hold more than punctuation', () => {
    expect(wordsOf('ok ! 😀 [SEP] 5', specials).map((word) => word.speaks)).toEqual([true, false, true, false, true]);
  });
});
