import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { byPieces, type PieceFile } from './pieces.ts';
import { openReference, openTokenizer } from './tokenizer.ts';

const folder = join(import.meta.dirname, '../../../models/text');
const reference = await openReference(folder);
const { encode } = await openTokenizer(folder);

describe('ids by pieces', () => {
  it.each([
    '',
    ' \t\r\n',
    "I can't  go...\nnow!",
    'Unbelievably UNBELIEVABLY antidisestablishmentarianism',
    'a[SEP]b [sep] [MASK][PAD] x[UNK',
    'don’t “quote” — naïve é e\u0301 \u0301x',
    'form\ffeed\vtab\u00a0space\u3000wide\u2028line',
    'a\u0000b\u007fc\ufffdd \u200b',
    '我很好ok 한국어 \u{20000} ΣΊΣΥΦΟΣ',
    'so😀ok 👩‍👧 🇩🇪',
    '$5 a+b=c ^^ `x` ~',
    'x'.repeat(100),
    'x'.repeat(101),
    'é'.repeat(60),
  ])('are those of the whole text: %j', (text) => {
    for (let time = 0; time < 2; time++) expect(encode(text)).toEqual(reference(text));
  });

  it('are those of the whole text, whatever it is', () => {
    const pieces = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: 'grapheme' }),
      fc.string({ unit: 'binary-ascii' }),
      fc.string({ unit: fc.constantFrom(...'abcdeiorstnABC019 .,!?\'"-[]#\t\n') }),
      fc.constantFrom('[SEP]', '[CLS]', '##ing', 'İstanbul', 'ﬁ', '\u1fef', '\u0301', '\u00a0', '\u0345', '\u03a3', ' ', '\r'),
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 12 }), (parts) => {
        const text = parts.join('').toWellFormed();
        expect(encode(text)).toEqual(reference(text));
      }),
      { numRuns: 3_000 },
    );
  });

  it('are left to the tokenizer where it is not plain BERT', async () => {
    const file = JSON.parse(await readFile(join(folder, 'tokenizer.json'), 'utf8')) as PieceFile;
    const whole = () => [1, 2, 3];
    expect(byPieces(file, whole)).not.toBe(whole);
    expect(byPieces({ ...file, normalizer: { type: 'BertNormalizer', lowercase: false } }, whole)).toBe(whole);
    expect(byPieces({ ...file, pre_tokenizer: { type: 'Whitespace' } }, whole)).toBe(whole);
    expect(byPieces({ ...file, added_tokens: [{ content: 'so so' }] }, whole)).toBe(whole);
  });
});
