import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { root } from './cruise.ts';
import { markdownTables } from './markdown-tables.ts';

type Figures = Record<string, string>;

/** `.55`, `-0.028`, `5418`, `.805 [.728, .874]`. */
const figure = /^-?\d*\.?\d+(e-?\d+)?( \[-?\d*\.?\d+, -?\d*\.?\d+\])?$/;

/** Every figure that the tables of a card print, by `row · column`. */
function printedFigures(card: string): Figures {
  const figures: Figures = {};
  for (const { head, rows } of markdownTables(card)) {
    for (const [row = '', ...cells] of rows) {
      for (const [i, cell] of cells.entries()) if (figure.test(cell)) figures[`${row} · ${head[i + 1]}`] = cell;
    }
  }
  return figures;
}

/** Figures that are on one side only, or differ. */
function differences(printed: Figures, kept: Record<string, string | number>): string[] {
  const keys = new Set([...Object.keys(printed), ...Object.keys(kept)]);
  return [...keys].filter((key) => {
    const [a, b] = [printed[key], kept[key]];
    return a === undefined || b === undefined || (typeof b === 'number' ? Number(a) !== b : a !== b);
  });
}

describe.each(readdirSync(join(root, 'models')))('the card of models/%s', (name) => {
  const card = readFileSync(join(root, 'models', name, 'CARD.md'), 'utf8');
  const {
    parameters,
    card: kept,
    main,
  } = JSON.parse(readFileSync(join(root, 'models', name, 'metrics.json'), 'utf8')) as {
    card: Record<string, string | number>;
    main: Record<string, string[]>;
    parameters: number;
  };

  test('prints the figures of metrics.json, all of them and no others', () => {
    expect(Object.keys(kept).length).toBeGreaterThan(0);
    expect(differences(printedFigures(card), kept)).toEqual([]);
  });

  test('with a figure altered, left out or added is found', () => {
    const [key] = Object.keys(kept) as [string];
    const printed = printedFigures(card);
    expect(differences({ ...printed, [key]: '0.12345' }, kept)).toEqual([key]);
    expect(differences({ ...printed, 'new row · F1': '.9' }, kept)).toEqual(['new row · F1']);
    const { [key]: _, ...less } = printed;
    expect(differences(less, kept)).toEqual([key]);
  });

  test('says how many parameters the model learned', () => {
    const said = [parameters.toLocaleString('en'), `About ${Math.round(parameters / 1e6)} million parameters`];
    expect(said.some((words) => card.replaceAll(/\s+/g, ' ').includes(words))).toBe(true);
  });

  test('says the grade of every head as the manifest has it', () => {
    const manifest = JSON.parse(readFileSync(join(root, 'models', name, 'manifest.json'), 'utf8')) as {
      heads: { name: string; grade: string }[];
    };
    const graded = card.toLowerCase();
    expect(Object.keys(main).sort()).toEqual(manifest.heads.map((head) => head.name).sort());
    expect(
      Object.values(main)
        .flat()
        .filter((figure) => !(figure in kept)),
    ).toEqual([]);
    for (const head of manifest.heads) {
      expect(graded).toContain(head.grade);
      expect(graded).toContain(head.name);
    }
  });
});
