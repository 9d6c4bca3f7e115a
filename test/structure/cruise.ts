import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';

const run = promisify(execFile);
export const root = join(import.meta.dirname, '..', '..');
const config = join(root, '.dependency-cruiser.cjs');
const tool = join(root, 'node_modules', 'dependency-cruiser', 'bin', 'dependency-cruiser.mjs');
const folders = ['schema', 'migrations', 'src', 'activities', 'workflows', 'web/src', 'demo', 'bench', 'test'];

const Report = z.object({
  modules: z.array(
    z.object({
      source: z.string(),
      dependencies: z.array(z.object({ module: z.string(), resolved: z.string(), dependencyTypes: z.array(z.string()) })),
    }),
  ),
  summary: z.object({
    violations: z.array(z.object({ from: z.string(), to: z.string(), rule: z.object({ name: z.string() }) })),
  }),
});
export type Report = z.infer<typeof Report>;

/** The imports of a tree, and which of them our rules forbid. */
export async function cruise(tree: string): Promise<Report> {
  const there = folders.filter((folder) => existsSync(join(tree, folder)));
  const args = [tool, '--config', config, '--output-type', 'json', ...there];
  const { stdout } = await run(process.execPath, args, { cwd: tree, maxBuffer: 256 * 1024 * 1024 }).catch((failed: { stdout?: string }) => {
    // A violation is an exit code: the report is there all the same.
    if (!failed.stdout?.startsWith('{')) throw failed;
    return { stdout: failed.stdout };
  });
  return Report.parse(JSON.parse(stdout));
}

/** The violations as lines to read. */
export function violations(report: Report): string[] {
  return report.summary.violations.map(({ from, to, rule }) => `${rule.name}: ${from} → ${to}`);
}

interface FolderRule {
  name: string;
  comment?: string;
}

/** What each folder may import, as the rules have it. */
export async function arrows(): Promise<Map<string, string[]>> {
  const { default: loaded } = (await import(config)) as { default: { forbidden: FolderRule[] } };
  const ofFolders = loaded.forbidden.filter((rule) => rule.name.startsWith('arrows of '));
  return new Map(
    ofFolders.map(({ name, comment }) => [
      name.slice('arrows of '.length),
      (comment ?? '')
        .replace('may import: ', '')
        .split(', ')
        .filter((folder) => folder !== ''),
    ]),
  );
}
