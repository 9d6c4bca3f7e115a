import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { consentKinds } from '../../schema/consent-file.ts';
import { errorTable } from '../../schema/errors.ts';
import { root } from '../structure/cruise.ts';
import { type MarkdownTable, markdownTables } from '../structure/markdown-tables.ts';

const page = (path: string) => markdownTables(readFileSync(join(root, path), 'utf8'));
const tableOf = (tables: MarkdownTable[], first: string) => tables.filter(({ head }) => head[0] === first).flatMap(({ rows }) => rows);
const bare = (cell = '') => cell.replaceAll('`', '').replaceAll('\\|', '|');

test('docs/errors.md has every error as the table of errors has it, and no others', () => {
  const shown = tableOf(page('docs/errors.md'), 'code').map((cells) => cells.map((cell) => cell.replaceAll('\\|', '|')));
  const expected = Object.entries(errorTable).map(([code, { exit, status, message, hint }]) => [
    `\`${code}\``,
    String(exit),
    String(status),
    message,
    hint,
  ]);
  expect(shown).toEqual(expected);
});

test('docs/consent.md has every word for kinds, and no others', () => {
  const [, after = ''] = readFileSync(join(root, 'docs/consent.md'), 'utf8').split('## Words for kinds\n');
  const words = [...(after.split('\n## ')[0] ?? '').matchAll(/`([a-z0-9_-]+)`/g)].map(([, word]) => word);
  expect(words.sort()).toEqual([...consentKinds].sort());
});

describe('docs/dependencies.md', () => {
  const shown = tableOf(page('docs/dependencies.md'), 'package');
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Record<string, Record<string, string>>;
  const named = Object.keys({ ...manifest.dependencies, ...manifest.devDependencies, ...manifest.optionalDependencies });

  test('names every direct dependency with a reason, and no others', () => {
    expect(shown.map(([name]) => bare(name)).sort()).toEqual([...named].sort());
    for (const [name, why] of shown) expect(why, name).toMatch(/\w/);
  });

  test('has the licences of what is installed', () => {
    const optional = new Set(Object.keys(manifest.optionalDependencies ?? {}));
    for (const [name, , licence] of shown) {
      if (optional.has(bare(name))) continue;
      const installed = JSON.parse(readFileSync(join(root, 'node_modules', bare(name), 'package.json'), 'utf8')) as { license?: string };
      expect(licence, name).toBe(installed.license);
    }
  });
});
