/**
 * The same proof under Node, on both engines: node training/wearable/prove.ts MODEL_FOLDER DUMP_FOLDER,
 * with the folder that `prove.py --dump` wrote. Ends with 1 when a window's bits change.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as native from 'onnxruntime-node';
import * as wasm from 'onnxruntime-web';

const SHAPES: Record<string, readonly [number, number]> = {
  bvp: [3840, 1],
  acc: [1920, 3],
  eda: [240, 1],
  temp: [240, 1],
  present: [240, 4],
};
const LOGITS = 5;

type Run = (feeds: Record<string, { data: Float32Array; dims: number[] }>) => Promise<Float32Array[]>;

async function floats(path: string): Promise<Float32Array> {
  const bytes = await readFile(path);
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}

async function open(engine: 'native' | 'wasm', path: string, threads: number): Promise<Run> {
  const runtime = engine === 'native' ? native : wasm;
  if (engine === 'wasm') wasm.env.wasm.numThreads = threads;
  const options = { executionProviders: [engine === 'native' ? 'cpu' : 'wasm'], intraOpNumThreads: threads };
  const session = await runtime.InferenceSession.create(await readFile(path), options);
  return async (feeds) => {
    const made = Object.entries(feeds).map(([k, v]) => [k, new runtime.Tensor('float32', v.data, v.dims)]);
    const out = await session.run(Object.fromEntries(made));
    return ['stress', 'state'].map((name) => Float32Array.from(out[name]?.data as Float32Array));
  };
}

/** Logits (count × 5) of all windows, `size` at a time, starting `shift` windows later so that neighbours change. */
async function score(run: Run, inputs: Map<string, Float32Array>, count: number, size: number, shift: number) {
  const result = new Float32Array(count * LOGITS);
  for (let begin = 0; begin < count; begin += size) {
    const rows = Array.from({ length: Math.min(size, count - begin) }, (_, i) => (begin + i + shift) % count);
    const feeds: Record<string, { data: Float32Array; dims: number[] }> = {};
    for (const [name, all] of inputs) {
      const [length, channels] = SHAPES[name] as readonly [number, number];
      const each = length * channels;
      const data = new Float32Array(rows.length * each);
      rows.forEach((row, i) => {
        data.set(all.subarray(row * each, (row + 1) * each), i * each);
      });
      feeds[name] = { data, dims: [rows.length, length, channels] };
    }
    const [stress, state] = (await run(feeds)) as [Float32Array, Float32Array];
    rows.forEach((row, i) => {
      result[row * LOGITS] = stress[i] as number;
      result.set(state.subarray(i * 4, i * 4 + 4), row * LOGITS + 1);
    });
  }
  return result;
}

const [model = 'models/e4', dump = ''] = process.argv.slice(2);
const inputs = new Map<string, Float32Array>();
for (const name of Object.keys(SHAPES)) inputs.set(name, await floats(join(dump, `${name}.f32`)));
const expected = await floats(join(dump, 'logits.f32'));
const count = expected.length / LOGITS;
const graph = join(model, 'onnx/model.onnx');
for (const engine of ['native', 'wasm'] as const) {
  const alone = await score(await open(engine, graph, 1), inputs, count, 1, 0);
  const worst = alone.reduce((most, x, i) => Math.max(most, Math.abs(x - (expected[i] as number))), 0);
  console.log(`${engine}: largest difference from Python ${worst.toExponential(2)}`);
  for (const threads of engine === 'native' ? [1, 2] : [1]) {
    const run = await open(engine, graph, threads);
    for (const size of [1, 2, 7, 32, count]) {
      const begin = performance.now();
      const again = await score(run, inputs, count, size, 13);
      const seconds = (performance.now() - begin) / 1000;
      const same = Buffer.compare(Buffer.from(alone.buffer), Buffer.from(again.buffer)) === 0;
      if (!same) process.exitCode = 1;
      console.log(`  threads ${threads} batch ${size}: ${same ? 'same bits' : 'DIFFERS'}, ${(count / seconds).toFixed(0)}/s`);
    }
  }
}
