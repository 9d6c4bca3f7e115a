import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maskText } from './mask.ts';

interface Snippet {
  text: string;
  labels: { rule: string; start: number; end: number }[];
}

/** Snippets in which `⟦rule|text⟧` marks what should be masked. */
function snippets(): Snippet[] {
  const lines = readFileSync(join(import.meta.dirname, 'fixtures', 'masking.txt'), 'utf8')
    .trimEnd()
    .split('\n');
  return lines.map((line) => {
    const labels: Snippet['labels'] = [];
    let text = '';
    for (const [, plain = '', rule, inside = ''] of line.matchAll(/([^⟦]*)(?:⟦([a-z-]+)\|([^⟧]*)⟧)?/gu)) {
      text += plain;
      const start = [...text].length;
      text += inside;
      if (rule !== undefined) labels.push({ rule, start, end: [...text].length });
    }
    return { text, labels };
  });
}

/** Measured on the labelled snippets; stated in docs/consent.md. */
function measure(): Record<string, { labelled: number; masked: number; wrong: number }> {
  const table: Record<string, { labelled: number; masked: number; wrong: number }> = {};
  const row = (rule: string) => (table[rule] ??= { labelled: 0, masked: 0, wrong: 0 });
  for (const { text, labels } of snippets()) {
    const { masks } = maskText(text);
    for (const label of labels) {
      row(label.rule).labelled++;
      if (masks.some((mask) => mask.start <= label.start && mask.end >= label.end)) row(label.rule).masked++;
    }
    for (const mask of masks) if (!labels.some((label) => mask.start < label.end && label.start < mask.end)) row(mask.rule).wrong++;
  }
  return table;
}

describe('masking', () => {
  it('finds what it should on labelled snippets, and little else', () => {
    const table = measure();
    const clean = snippets().filter(({ labels }) => labels.length === 0).length;
    const lines = Object.entries(table).map(([rule, { labelled, masked, wrong }]) => {
      return `${rule} | ${masked} of ${labelled} | ${(masked / labelled).toFixed(2)} | ${wrong} in ${clean}`;
    });
    console.log(lines.join('\n'));
    const documented = readFileSync(join(import.meta.dirname, '../../docs/consent.md'), 'utf8');
    for (const line of lines) expect(documented).toContain(line);
    expect(snippets().length).toBeGreaterThanOrEqual(120);
  });

  it('puts tokens in their places and says where', () => {
    const view = maskText('🙂 @lea wrote to a@b.org');
    expect(view.text).toBe('🙂 [USER] wrote to [USER]');
    expect(view.masks).toEqual([
      { rule: 'handle', start: 2, end: 6 },
      { rule: 'email', start: 16, end: 23 },
    ]);
    expect(view.toOriginal([9, 14])).toEqual([7, 12]);
    expect(view.toOriginal([3, 5])).toEqual([2, 6]);
    expect(view.toOriginal([18, 24])).toEqual([16, 23]);
  });

  it('leaves times, prices, years and amounts alone', () => {
    for (const text of ['at 10:30', '$1,299.99', '2019-2020', '2024-01-31', '3.14159265', '5-10 years', '@ 7pm', '24/7']) {
      expect(maskText(text)).toMatchObject({ text, masks: [] });
    }
  });

  it('maps every span back into the text, in order, and exactly outside masks', () => {
    const word = fc.constantFrom('so', '🙂', '@lea', 'a@b.org', 'https://x.org/y', '+49 30 1234567', 'é', ' ', '12 Maple Street', '\n');
    fc.assert(
      fc.property(fc.array(word, { maxLength: 30 }), (words) => {
        const text = words.join(' ');
        const view = maskText(text);
        const given = [...text];
        const masked = [...view.text];
        let before = 0;
        for (let i = 0; i < masked.length; i++) {
          const [start, end] = view.toOriginal([i, i + 1]);
          expect(start).toBeGreaterThanOrEqual(before === 0 ? 0 : before - 1);
          const inMask = view.masks.some((mask) => start < mask.end && mask.start < end);
          if (!inMask) expect(given.slice(start, end)).toEqual([masked[i]]);
          before = start;
        }
        expect(view.toOriginal([0, masked.length])).toEqual([0, given.length]);
      }),
    );
  });

  it('is the same when done twice', () => {
    for (const { text } of snippets()) {
      const once = maskText(text).text;
      expect(maskText(once).text).toBe(once);
    }
  });

  it('takes time in proportion to the text', () => {
    for (const piece of ['a.', '@a', '0 ', '+1 ', 'A ', '1 A', 'www.', 'u/', '9', 'DE12 '])
      expect(maskText(piece.repeat(50_000)).count).toBeGreaterThanOrEqual(0);
  });
});
