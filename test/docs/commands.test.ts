import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { errorTable } from '../../schema/errors.ts';
import { verbs } from '../../src/cli/index.ts';
import { root } from '../structure/cruise.ts';
import { commandLines, fault } from './command-lines.ts';
import { codeBlocks, codeSpans, documents } from './documents.ts';

async function faults(lines: string[][], whole: boolean): Promise<string[]> {
  const found: string[] = [];
  for (const words of lines) {
    const wrong = await fault(words, whole);
    if (wrong !== null) found.push(`afferent ${words.join(' ')}: ${wrong}`);
  }
  return found;
}

const shells = new Set(['', 'sh', 'bash', 'console']);

test.each(documents())('$path has command lines that the command line knows', async ({ text }) => {
  const blocks = codeBlocks(text).filter(({ language }) => shells.has(language));
  expect(
    await faults(
      blocks.flatMap((block) => commandLines(block.text)),
      true,
    ),
  ).toEqual([]);
  const spans = codeSpans(text).filter((span) => span.startsWith('./afferent '));
  expect(await faults(spans.flatMap(commandLines), false)).toEqual([]);
});

test('the first pages have command lines at all', () => {
  const readme = documents().find(({ path }) => path === 'README.md')?.text ?? '';
  expect(codeBlocks(readme).flatMap((block) => commandLines(block.text)).length).toBeGreaterThan(15);
});

test('examples of --help, and hints of errors, are such lines', async () => {
  for (const entry of verbs) {
    const { verb } = await entry.load();
    const lines = verb.examples.flatMap((example) => commandLines(/\| afferent /.test(example) ? example : `afferent ${example}`));
    expect(lines.length, entry.words).toBeGreaterThan(0);
    expect(await faults(lines, true)).toEqual([]);
  }
  const hints = Object.values(errorTable).flatMap(({ hint }) => [...hint.matchAll(/\bafferent [a-z].*$/g)].map(([line]) => line));
  expect(
    await faults(
      hints.map((hint) =>
        hint
          .replace(/( for|, and) .*$/, '')
          .replace(/[,.]$/, '')
          .split(' ')
          .slice(1),
      ),
      false,
    ),
  ).toEqual([]);
});

test('a wrong verb, option or number of arguments is found', async () => {
  const lines = (text: string) => faults(commandLines(text), true);
  expect(await lines('./afferent ingets my-study')).toHaveLength(1);
  expect(await lines('./afferent ingest my-study --fast')).toHaveLength(1);
  expect(await lines('./afferent ingest')).toHaveLength(1);
  expect(await lines('./afferent source add my-study --kind posts --path a.csv')).toHaveLength(1);
  expect(await lines('zcat a.gz | ./afferent score - --nothing')).toHaveLength(1);
  expect(await lines('./afferent source add my-study --kind posts \\\n  --path a.csv --participant P001 > out.txt  # a comment')).toEqual(
    [],
  );
});

test('scripts of npm that pages name are there', () => {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: Record<string, string> };
  const named = documents().flatMap(({ text }) => [...text.matchAll(/npm run ([\w:]+)/g)].map((found) => found[1] as string));
  expect(named.length).toBeGreaterThan(0);
  expect(named.filter((name) => !(name in scripts))).toEqual([]);
});
