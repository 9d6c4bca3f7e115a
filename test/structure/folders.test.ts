import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { migrations } from '../../migrations/index.ts';
import { groups, notYet, verbs } from '../../src/cli/index.ts';
import { heads } from '../../src/encoder/heads/index.ts';
import { sourceKinds } from '../../src/sources/index.ts';
import { root } from './cruise.ts';
import { filesOfTree, textOf } from './tree.ts';

/** Lines that a file of ours may have. */
const mostLines = 300;
/** Bytes of the models' files in all. */
const mostWeights = 60_000_000;

const names = (folder: string, kind: 'files' | 'folders') =>
  readdirSync(join(root, folder), { withFileTypes: true })
    .filter((entry) =>
      kind === 'folders' ? entry.isDirectory() : entry.isFile() && /\.ts$/.test(entry.name) && !/\.test\.ts$/.test(entry.name),
    )
    .map((entry) => entry.name.replace(/\.ts$/, ''))
    .sort();
const sorted = (list: Iterable<string>) => [...list].sort();

test('every folder of src/sources with a parser is a kind of the index, and the other way round', () => {
  const folders = names('src/sources', 'folders').filter((name) => !['__snapshots__', 'reading', 'testing'].includes(name));
  expect(sorted(Object.keys(sourceKinds))).toEqual(folders);
  for (const [name, kind] of Object.entries(sourceKinds)) expect(kind.manifest.kind).toBe(name);
});

test('every migration is in the index, in the order of its time', () => {
  const files = names('migrations', 'files').filter((name) => /^\d{8}T\d{4}_/.test(name));
  expect(Object.keys(migrations)).toEqual(files);
});

test('every verb has its file and every file its verb', () => {
  const files = names('src/cli/verbs', 'files');
  expect(sorted(verbs.map(({ words }) => words.replace(' ', '-')))).toEqual(files);
});

test('every verb loads, every group of two words is described, and nothing is both built and not yet', async () => {
  for (const { words, load } of verbs) expect((await load()).verb.examples.length, words).toBeGreaterThan(0);
  const first = new Set(verbs.filter(({ words }) => words.includes(' ')).map(({ words }) => words.split(' ')[0] as string));
  const single = new Set(verbs.map(({ words }) => words));
  expect(sorted(Object.keys(groups))).toEqual(sorted([...first].filter((word) => !single.has(word))));
  expect(verbs.filter(({ words }) => notYet.has(words))).toEqual([]);
});

test('every workflow file that exports a workflow is in the index', () => {
  const index = readFileSync(join(root, 'workflows/index.ts'), 'utf8');
  const files = names('workflows', 'files').filter((name) => /^export async function /m.test(textOf(`workflows/${name}.ts`)));
  const indexed = [...index.matchAll(/from '\.\/([^']+)\.ts'/g)].map((found) => found[1] as string);
  expect(sorted(indexed)).toEqual(files);
});

test('every type of head has its file', () => {
  const files = names('src/encoder/heads', 'files');
  for (const type of Object.keys(heads)) expect(files).toContain(type);
});

test('every workflow of the index has a recorded history', () => {
  const index = readFileSync(join(root, 'workflows/index.ts'), 'utf8');
  const workflows = [...index.matchAll(/^export \{ (\w+) \}/gm)].map((found) => found[1] as string);
  const histories = filesOfTree().filter((path) => path.startsWith('test/histories/'));
  for (const name of workflows)
    expect(
      histories.filter((path) => path.includes(name)),
      name,
    ).not.toEqual([]);
});

test(`no file of ours has more than ${mostLines} lines`, () => {
  const ours = filesOfTree().filter((path) => /\.(ts|tsx|cjs|mjs|css|py|sh)$/.test(path) && !path.includes('/fixtures/'));
  expect(ours.length).toBeGreaterThan(100);
  expect(ours.filter((path) => tooLong(textOf(path)))).toEqual([]);
});

test('a file with one line too many is found', () => {
  expect(tooLong('x\n'.repeat(mostLines))).toBe(false);
  expect(tooLong('x\n'.repeat(mostLines + 1))).toBe(true);
});

test(`the models weigh at most ${mostWeights / 1e6} MB`, () => {
  const bytes = filesOfTree()
    .filter((path) => path.startsWith('models/'))
    .reduce((sum, path) => sum + statSync(join(root, path)).size, 0);
  expect(bytes).toBeGreaterThan(1_000_000);
  expect(bytes).toBeLessThanOrEqual(mostWeights);
});

function tooLong(text: string): boolean {
  return text.replace(/\n$/, '').split('\n').length > mostLines;
}
