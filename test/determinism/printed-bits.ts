/**
 * Prints the bits of a few fixed rows, each alone, as a JSON list: node printed-bits.ts GRAPH WIDTHS ENGINE THREADS [WEIGHTS]
 * A process of its own, because an emulated processor and the WebAssembly engine's threads are chosen for a whole process.
 */
import { openRunner, type Widths } from './row-bits.ts';

/** Token ids of rows of the lengths given, the same for ever. */
export function fixedRows(lengths: readonly number[]): number[][] {
  return lengths.map((length, k) => Array.from({ length }, (_, t) => 1000 + ((t * 7919 + k * 104_729) % 28_000)));
}

export const PRINTED = fixedRows([3, 13, 40, 300]);

if (import.meta.main) {
  const [path = '', widths = '', engine = 'native', threads = '1', weights] = process.argv.slice(2);
  const runner = await openRunner({ path, weights }, JSON.parse(widths) as Widths, engine === 'wasm' ? 'wasm' : 'native', Number(threads));
  const found: string[] = [];
  for (const row of PRINTED) found.push(...(await runner.bits([row])));
  console.log(JSON.stringify(found));
  process.exit(0);
}
