import { execFile, spawnSync } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Engine } from '../../schema/model.ts';
import type { Graph, Widths } from './row-bits.ts';

const root = join(import.meta.dirname, '../..');
const QEMU = 'qemu-x86_64';

/** Why an emulated processor cannot be had here, or null where it can. */
export function noEmulator(): string | null {
  if (process.platform !== 'linux' || process.arch !== 'x64') return 'native code here is not that of x86-64 Linux';
  return spawnSync(QEMU, ['--version']).status === 0 ? null : `${QEMU} is not installed (Debian: qemu-user)`;
}

export interface Where {
  engine?: Engine;
  threads?: number;
  /** An emulated processor by qemu's name: `Haswell` has AVX2 and FMA, and no AVX-512. */
  processor?: string;
}

/**
 * The script as plain JavaScript, where packages are found from. An emulated processor runs Node without its compilers,
 * whose code would be translated twice; without them Node cannot strip types.
 */
async function plainScript(): Promise<string> {
  const folder = join(root, 'node_modules/.cache/afferent-determinism');
  await mkdir(folder, { recursive: true });
  for (const name of ['row-bits', 'printed-bits']) {
    const source = await readFile(join(import.meta.dirname, `${name}.ts`), 'utf8');
    await writeFile(join(folder, `${name}.mjs`), stripTypeScriptTypes(source).replace('./row-bits.ts', './row-bits.mjs'));
  }
  return join(folder, 'printed-bits.mjs');
}

/** The bits of the fixed rows in a process of its own. Rejects where it fails. */
export async function printedBits(graph: Graph, widths: Widths, { engine = 'native', threads = 1, processor }: Where): Promise<string[]> {
  const args = [
    await plainScript(),
    graph.path,
    JSON.stringify(widths),
    engine,
    String(threads),
    ...(graph.weights ? [graph.weights] : []),
  ];
  const [program, ...rest] = processor ? [QEMU, '-cpu', processor, process.execPath, '--jitless', ...args] : [process.execPath, ...args];
  const { stdout } = await promisify(execFile)(program as string, rest, { maxBuffer: 1e6, timeout: 1_800_000 });
  return JSON.parse(stdout) as string[];
}
