/**
 * The same proof under Node, on both engines: node training/wearable/prove.ts MODEL_FOLDER DUMP_FOLDER,
 * with the folder that `prove.py --dump` wrote. Ends with 1 when a stream's bits change.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as native from 'onnxruntime-node';
import * as wasm from 'onnxruntime-web';

const SHAPES: Record<string, readonly number[]> = { bvp: [640, 1], acc: [320, 3], eda: [40, 1], temp: [40, 1], present: [40, 4] };
const LOGITS = 6;

type Feeds = Record<string, { data: Float32Array; dims: number[] }>;
type Run = (feeds: Feeds) => Promise<{ logits: Float32Array[]; carried: Float32Array }>;

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
    const read = (name: string) => Float32Array.from(out[name]?.data as Float32Array);
    return { logits: ['stress', 'state', 'quality'].map(read), carried: read('carried_out') };
  };
}

interface Streams {
  inputs: Map<string, Float32Array>;
  count: number;
  length: number;
  carried: number;
}

/** Logits (streams × blocks × 6), then what is carried at the end; `size` streams a call, other neighbours at each block. */
async function score(run: Run, { inputs, count, length, carried: width }: Streams, size: number): Promise<Float32Array> {
  const result = new Float32Array(count * length * LOGITS + count * width);
  const carried = result.subarray(count * length * LOGITS);
  for (let t = 0; t < length; t++) {
    const order = Array.from({ length: count }, (_, i) => (i + 5 * t) % count);
    for (let begin = 0; begin < count; begin += size) {
      const rows = order.slice(begin, begin + size);
      const feeds: Feeds = { carried: gather(carried, rows, width, 0, 1, [width]) };
      for (const [name, all] of inputs) {
        const shape = SHAPES[name] as readonly number[];
        const each = shape.reduce((a, b) => a * b, 1);
        feeds[name] = gather(all, rows, each, t, length, shape);
      }
      const out = await run(feeds);
      rows.forEach((row, i) => {
        const place = (row * length + t) * LOGITS;
        const [stress, state, quality] = out.logits as [Float32Array, Float32Array, Float32Array];
        result.set([stress[i] as number, ...state.subarray(4 * i, 4 * i + 4), quality[i] as number], place);
        carried.set(out.carried.subarray(i * width, (i + 1) * width), row * width);
      });
    }
  }
  return result;
}

function gather(all: Float32Array, rows: number[], each: number, t: number, length: number, shape: readonly number[]) {
  const data = new Float32Array(rows.length * each);
  rows.forEach((row, i) => {
    const from = (row * length + t) * each;
    data.set(all.subarray(from, from + each), i * each);
  });
  return { data, dims: [rows.length, ...shape] };
}

const [model = 'models/e4', dump = ''] = process.argv.slice(2);
const inputs = new Map<string, Float32Array>();
for (const name of Object.keys(SHAPES)) inputs.set(name, await floats(join(dump, `${name}.f32`)));
const end = await floats(join(dump, 'carried.f32'));
const expected = await floats(join(dump, 'logits.f32'));
const manifest = JSON.parse(await readFile(join(model, 'manifest.json'), 'utf8')) as { input: { carried: number } };
const count = end.length / manifest.input.carried;
const streams = { inputs, count, length: expected.length / LOGITS / count, carried: manifest.input.carried };
const graph = join(model, 'onnx/model.onnx');
for (const engine of ['native', 'wasm'] as const) {
  const alone = await score(await open(engine, graph, 1), streams, 1);
  const worst = expected.reduce((most, x, i) => Math.max(most, Math.abs(x - (alone[i] as number))), 0);
  console.log(`${engine}: largest difference of a logit from Python ${worst.toExponential(2)}`);
  for (const threads of engine === 'native' ? [1, 2] : [1]) {
    const run = await open(engine, graph, threads);
    for (const size of [2, 7, 32, count]) {
      const begin = performance.now();
      const again = await score(run, streams, size);
      const seconds = (performance.now() - begin) / 1000;
      const same = Buffer.compare(Buffer.from(alone.buffer), Buffer.from(again.buffer)) === 0;
      if (!same) process.exitCode = 1;
      const speed = ((count * streams.length) / seconds).toFixed(0);
      console.log(`  threads ${threads} batch ${size}: ${same ? 'same bits' : 'DIFFERS'}, ${speed} blocks/s`);
    }
  }
}
