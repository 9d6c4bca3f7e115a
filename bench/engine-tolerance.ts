/**
 * How far the WebAssembly engine's scores lie from the native ones, and which decisions differ.
 * node bench/engine-tolerance.ts FILE.jsonl [--precision int8]
 */
import './help.ts';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Precision } from '../schema/model.ts';
import { maskText } from '../src/consent/mask.ts';
import { createEncoderPool } from '../src/encoder/pool/pool.ts';

const { values: options, positionals } = parseArgs({
  options: { precision: { type: 'string', default: 'fp32' } },
  allowPositionals: true,
});
const [file] = positionals;
const precision = Precision.parse(options.precision);
if (file === undefined) throw new Error('Name a JSONL file whose rows have a field text.');
const lines = readFileSync(file, 'utf8').trim().split('\n');
const inputs = lines.map((line) => ({ kind: 'text' as const, text: maskText(String((JSON.parse(line) as { text: string }).text)).text }));

async function scoredBy(engine: 'native' | 'wasm') {
  const pool = await createEncoderPool({ modelDir: join(import.meta.dirname, '../models/text'), engine, precision, threads: 1 });
  const from = performance.now();
  const results = await pool.score(inputs);
  await pool.close();
  return { results, seconds: (performance.now() - from) / 1000 };
}
const native = await scoredBy('native');
const wasm = await scoredBy('wasm');

const found: Record<string, { decisions: number; flipped: number; largestDrift: number }> = {};
native.results.forEach((row, k) => {
  for (const head of row.heads) {
    const other = wasm.results[k]?.heads.find((each) => each.head === head.head);
    found[head.head] ??= { decisions: 0, flipped: 0, largestDrift: 0 };
    const sum = found[head.head] as (typeof found)[string];
    sum.decisions += 1;
    if (JSON.stringify(other?.decision) !== JSON.stringify(head.decision)) sum.flipped += 1;
    const theirs = Object.values(other?.scores ?? {}).flat();
    for (const [at, x] of Object.values(head.scores).flat().entries()) {
      sum.largestDrift = Math.max(sum.largestDrift, Math.abs(x - (theirs[at] ?? Number.NaN)));
    }
  }
});
const seconds = { native: Math.round(native.seconds), wasm: Math.round(wasm.seconds) };
console.log(JSON.stringify({ rows: inputs.length, precision, seconds, heads: found }, null, 2));
