import { expect, test } from 'vitest';
import { markedParts } from './marked-parts.ts';

const shown = (text: string, spans: [number, number][]) =>
  markedParts(text, spans).map((part) => (part.marked ? `[${part.text}]` : part.text));

test('spans count code points, not UTF-16 units', () => {
  expect(shown('😀😀 so tired', [[3, 11]])).toEqual(['😀😀 ', '[so tired]']);
});

test('spans that overlap or touch are marked once', () => {
  expect(
    shown('abcdef', [
      [1, 3],
      [2, 4],
      [4, 5],
    ]),
  ).toEqual(['a', '[bcde]', 'f']);
});

test('without spans, or with ones beyond the text, the whole text stays', () => {
  expect(shown('abc', [])).toEqual(['abc']);
  expect(
    shown('abc', [
      [2, 9],
      [5, 7],
    ]),
  ).toEqual(['ab', '[c]']);
  expect(shown('', [[0, 1]])).toEqual([]);
});
