/**
 * Proves on this machine that a text's bits hang on nothing but the text:
 * node bench/encoder-bits.ts [--model DIR] [--rows 300] [--emulate] [--write-wasm] [--json]
 *
 * Looks at both forms where the model has an int8 one, and ends with 1 when a bit changed. `--emulate` also runs a few rows on
 * emulated processors without AVX-512 (qemu-user); `--write-wasm` writes the WebAssembly engine's bits for the test, to be
 * committed with a new graph.
 */
import './help.ts';
import { createHash } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { openModel } from '../src/encoder/model.ts';
import { openTokenizer } from '../src/encoder/text/tokenizer.ts';
import { changedRows } from '../test/determinism/changed-rows.ts';
import { eightBits } from '../test/determinism/eight-bits.ts';
import { noEmulator, printedBits } from '../test/determinism/other-processors.ts';
import { fixedRows } from '../test/determinism/printed-bits.ts';
import { openRunner } from '../test/determinism/row-bits.ts';
import { writeUsualGraph } from '../test/determinism/usual-graph.ts';
import { syntheticPost } from './synthetic-posts.ts';

const root = join(import.meta.dirname, '..');
const { values: options } = parseArgs({
  options: {
    model: { type: 'string', default: join(root, 'models/text') },
    rows: { type: 'string', default: '300' },
    emulate: { type: 'boolean', default: false },
    'write-wasm': { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});

const model = await openModel(options.model);
const { input } = model.manifest;
if (input.kind !== 'text') throw new Error('Not a text model.');
const tokenizer = await openTokenizer(model.dir);
const rows = Array.from({ length: Number(options.rows) }, (_, i) => tokenizer.encode(syntheticPost(i).text));
const short = rows.filter((row) => row.length <= input.single_block_up_to);
const long = [...rows.filter((row) => row.length > input.single_block_up_to), ...fixedRows([300, 700, 1100])];

const graph = { path: model.graphPath };
const low = model.manifest.int8 ? await eightBits(model.dir) : null;
const one = await openRunner(graph, input);
const two = await openRunner(graph, input, 'native', 2);
const found: Record<string, Record<string, number>> = {
  'short texts, one thread': { ...(await changedRows(one, one, short, 32)) },
  'short texts, two threads': { ...(await changedRows(one, two, short, 32)) },
  'long texts, one thread': { ...(await changedRows(one, one, long, 3)) },
  'long texts, two threads': { ...(await changedRows(one, two, long, 3)) },
};
const single = model.alone === null ? null : { path: model.alone.path, weights: basename(model.graphPath) };
if (single) {
  const other = await openRunner(single, input);
  let unlike = 0;
  for (const row of short) unlike += Number((await other.bits([row]))[0] !== (await one.bits([row]))[0]);
  found['the graph for a text by itself'] = { rows: short.length, graph: unlike };
}
if (low) {
  const [alone, threads] = [await openRunner(low, input), await openRunner(low, input, 'native', 2)];
  found['eight bits, short texts, one thread'] = { ...(await changedRows(alone, alone, short, 32)) };
  found['eight bits, long texts, two threads'] = { ...(await changedRows(alone, threads, long, 3)) };
}

const count = (some: readonly string[], wanted: readonly string[]) => ({
  rows: wanted.length,
  processor: wanted.filter((bits, k) => bits !== some[k]).length,
});
const wasm = await printedBits(graph, input, { engine: 'wasm' });
found['WebAssembly, two threads'] = count(await printedBits(graph, input, { engine: 'wasm', threads: 2 }), wasm);
if (options.emulate) {
  const missing = noEmulator();
  if (missing !== null) throw new Error(`Cannot emulate: ${missing}.`);
  for (const [name, form] of Object.entries({
    '': graph,
    ...(single && { 'a text by itself, ': single }),
    ...(low && { 'eight bits, ': low }),
  })) {
    const here = await printedBits(form, input, {});
    for (const processor of ['Haswell', 'max'])
      found[`${name}emulated ${processor}`] = count(await printedBits(form, input, { processor }), here);
  }
}
const changes = Object.values(found).reduce((sum, { rows: _, ...changed }) => sum + Object.values(changed).reduce((a, b) => a + b, 0), 0);

const usualPath = join(mkdtempSync(join(tmpdir(), 'usual-')), 'usual.onnx');
await writeUsualGraph(usualPath);
const usual = await openRunner({ path: usualPath }, input);
found['negative control: a usual export'] = { ...(await changedRows(usual, usual, short, 32)) };

if (options['write-wasm']) {
  const hash = createHash('sha256')
    .update(await readFile(model.graphPath))
    .digest('hex');
  const int8 = low ? await printedBits(low, input, { engine: 'wasm' }) : [];
  await writeFile(join(root, 'test/determinism/wasm-bits.json'), `${JSON.stringify({ graph: hash, bits: wasm, int8 }, null, 2)}\n`);
}
if (low) await rm(dirname(low.path), { recursive: true });
const flags = await readFile('/proc/cpuinfo', 'utf8').catch(() => '');
const sets = ['avx2', 'avx512f'].filter((name) => flags.includes(` ${name} `));
if (options.json) console.log(JSON.stringify({ processor: sets, found, changes }, null, 1));
else {
  console.log(
    `This processor has ${sets.join(' and ') || 'neither AVX2 nor AVX-512, or does not tell'}. Rows with a changed bit, by what changed around them:`,
  );
  console.table(found);
}
process.exit(changes === 0 ? 0 : 1);
