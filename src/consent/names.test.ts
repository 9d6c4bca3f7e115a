import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maskText } from './mask.ts';
import { NameList } from './name-list.ts';

/** The names of the first line, and snippets in which `⟦…⟧` marks them. */
function fixture(): { names: string[]; snippets: { text: string; labels: [number, number][] }[] } {
  const [head = '', ...lines] = readFileSync(join(import.meta.dirname, 'fixtures', 'names.txt'), 'utf8')
    .trimEnd()
    .split('\n');
  const snippets = lines.map((line) => {
    const labels: [number, number][] = [];
    let text = '';
    for (const piece of line.split(/(⟦[^⟧]*⟧)/u)) {
      const start = [...text].length;
      text += piece.replaceAll(/[⟦⟧]/gu, '');
      if (piece.startsWith('⟦')) labels.push([start, [...text].length]);
    }
    return { text, labels };
  });
  return { names: head.slice(2).split('; '), snippets };
}

describe('names that an export lists', () => {
  it('are found in labelled snippets as documented, and little else', () => {
    const { names, snippets } = fixture();
    const list = new NameList(names);
    let [labelled, found, wrong] = [0, 0, 0];
    for (const { text, labels } of snippets) {
      const masks = maskText(text, list).masks.filter((mask) => mask.rule === 'name');
      labelled += labels.length;
      for (const [start, end] of labels) if (masks.some((mask) => mask.start <= start && mask.end >= end)) found += 1;
      for (const mask of masks) if (!labels.some(([start, end]) => mask.start < end && start < mask.end)) wrong += 1;
    }
    const clean = snippets.filter(({ labels }) => labels.length === 0).length;
    const line = `name | ${found} of ${labelled} | ${(found / labelled).toFixed(2)} | ${wrong} in ${clean}`;
    console.log(line);
    expect(readFileSync(join(import.meta.dirname, '../../docs/consent.md'), 'utf8')).toContain(line);
  });

  it('change nothing where none is listed, and nothing of what a rule has masked', () => {
    const text = 'Anna of @anna_k wrote to anna@example.org';
    expect(maskText(text, new NameList([]))).toMatchObject({ text: maskText(text).text, count: 2 });
    expect(maskText(text, new NameList(['Anna'])).text).toBe('[USER] of [USER] wrote to [USER]');
    expect(maskText(text, new NameList(['Anna'])).toOriginal([0, 6])).toEqual([0, 4]);
  });

  it('take time in proportion to the text, however many there are', () => {
    const list = new NameList(Array.from({ length: 20_000 }, (_, i) => `Name${i} Anna Surname${i}`));
    expect(maskText('anna '.repeat(50_000), list).count).toBe(50_000);
  });

  it('are masked wherever their words stand', () => {
    const filler = fc.constantFrom('so', '🙂', 'x', ',', 'walked', 'é');
    fc.assert(
      fc.property(fc.array(filler), fc.array(filler), (before, after) => {
        const text = [...before, 'Kowalska', ...after].join(' ');
        expect(maskText(text, new NameList(['Anna Kowalska'])).text).not.toContain('Kowalska');
      }),
    );
  });
});
