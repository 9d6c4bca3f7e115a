import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { arrows, cruise, type Report, root, violations } from './cruise.ts';

/** Packages that must be the very copy that another one uses, and so come with it. */
const broughtBy = { 'onnxruntime-web': '@xenova/transformers', 'onnxruntime-common': 'onnxruntime-node' };

function dependenciesOf(folder: string): string[] {
  const { dependencies } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as { dependencies?: object };
  return Object.keys(dependencies ?? {});
}

describe('imports of this tree', () => {
  let report: Report;
  beforeAll(async () => {
    report = await cruise(root);
  });

  test('keep to the arrows, without cycles, with one file at the runtime and no built-ins in workflows', () => {
    expect(violations(report)).toEqual([]);
  });

  test('are all seen: each folder has modules, and some of them import', () => {
    for (const folder of [
      'schema/',
      'src/store/',
      'src/sources/',
      'src/encoder/',
      'activities/',
      'workflows/',
      'src/console/',
      'web/src/',
    ]) {
      const modules = report.modules.filter(({ source }) => source.startsWith(folder));
      expect(modules.flatMap((module) => module.dependencies).length, folder).toBeGreaterThan(0);
    }
  });

  test('are of packages that package.json names, and each of its dependencies is imported', () => {
    const { dependencies, devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Record<string, object>;
    const named = new Set(Object.keys({ ...dependencies, ...devDependencies }));
    const imported = new Set(
      report.modules
        .filter(({ source }) => !source.startsWith('node_modules/'))
        .flatMap((module) => module.dependencies)
        .filter(({ dependencyTypes }) => dependencyTypes.some((type) => type.startsWith('npm')))
        .map(({ module }) => module.split('/', module.startsWith('@') ? 2 : 1).join('/')),
    );
    for (const [name, by] of Object.entries(broughtBy)) {
      expect(dependenciesOf(`node_modules/${by}`)).toContain(name);
      named.add(name);
    }
    expect([...imported].filter((name) => !named.has(name)).sort()).toEqual([]);
    // Tools that are run by name, not imported.
    const run = new Set(['vite']);
    expect(Object.keys(dependencies ?? {}).filter((name) => !imported.has(name) && !run.has(name))).toEqual([]);
  });
});

const make = 'export const b = 1;';

/** One violation a line: the rule that must name it, and the files that make it. */
const planted: [string, Record<string, string>][] = [
  ['arrows of src/encoder: src/encoder/a.ts → src/store/b.ts', { 'src/encoder/a.ts': use('../store/b.ts'), 'src/store/b.ts': make }],
  ['arrows of web: web/src/a.ts → src/store/b.ts', { 'web/src/a.ts': "export const a = () => import('../../src/store/b.ts');" }],
  ['no Node built-ins in workflows: workflows/a.ts → fs', { 'workflows/a.ts': use('node:fs') }],
  [
    'workflows: types alone of ^activities/: workflows/c.ts → activities/b.ts',
    { 'workflows/c.ts': use('../activities/b.ts'), 'activities/b.ts': make },
  ],
  ['no cycles: src/review/a.ts → src/review/b.ts', { 'src/review/a.ts': use('./b.ts'), 'src/review/b.ts': use('./a.ts') }],
  [
    'one source kind does not import another: src/sources/x/a.ts → src/sources/y/b.ts',
    { 'src/sources/x/a.ts': use('../y/b.ts'), 'src/sources/y/b.ts': make },
  ],
  [
    'a counter knows nothing of a parser: src/sources/x/count.ts → src/sources/x/parse.ts',
    {
      'src/sources/x/count.ts': use('./between.ts'),
      'src/sources/x/between.ts': "export { b } from './parse.ts';",
      'src/sources/x/parse.ts': make,
    },
  ],
  ['everything resolves: src/mail/a.ts → ./gone.ts', { 'src/mail/a.ts': use('./gone.ts') }],
];

const kept: Record<string, string> = {
  'activities/b.ts': 'export type B = 1;',
  'workflows/a.ts': "import type { B } from '../activities/b.ts';\nexport const a: B = 1;",
};

test('every planted violation is found, and nothing in a tree that keeps to the rules', async () => {
  const files = Object.assign({}, ...planted.map(([, made]) => made)) as Record<string, string>;
  const found = violations(await cruiseOf(files));
  for (const [expected] of planted) expect(found).toContain(expected);
  expect(violations(await cruiseOf(kept))).toEqual([]);
});

function use(path: string): string {
  return `import { b } from '${path}';\nexport const a = () => b;`;
}

async function cruiseOf(files: Record<string, string>): Promise<Report> {
  const tree = mkdtempSync(join(tmpdir(), 'afferent-arrows-'));
  try {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(tree, path)), { recursive: true });
      writeFileSync(join(tree, path), text);
    }
    return await cruise(tree);
  } finally {
    rmSync(tree, { recursive: true, force: true });
  }
}

test('docs/architecture.md shows the arrows that hold', async () => {
  const table = readFileSync(join(root, 'docs', 'architecture.md'), 'utf8');
  const shown = new Map<string, string[]>();
  for (const [, folder, imports] of table.matchAll(/^\| `([^`]+)\/` \|[^|]*\| ([^|]*) \|$/gm)) {
    if (!imports?.startsWith('all') && folder)
      shown.set(
        folder,
        [...(imports ?? '').matchAll(/`([^`]+)\/`/g)].map((found) => found[1] as string),
      );
  }
  expect(Object.fromEntries(shown)).toEqual(Object.fromEntries(await arrows()));
});
