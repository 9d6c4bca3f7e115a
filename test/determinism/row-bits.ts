import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { InferenceSession, Tensor } from 'onnxruntime-common';
import type { Engine } from '../../schema/model.ts';

type Ort = Pick<typeof import('onnxruntime-common'), 'InferenceSession' | 'Tensor' | 'env'>;
type Ids = readonly number[];

/** How a text's tokens are padded and cut into blocks: the manifest's `input`. */
export interface Widths {
  multiple: number;
  block: number;
  single_block_up_to: number;
}

/** An ONNX file, and the name of the file beside it that holds its weights, where they lie outside. */
export interface Graph {
  path: string;
  weights?: string | undefined;
}

/** A graph opened with as many threads as wanted, which the encoder itself never does. */
export interface Runner {
  /**
   * SHA-256 of every bit of each row's outputs, run together and padded by `extra` more steps. Outputs by token are cut
   * to the row's own tokens. All rows must be of one form, one block or many.
   */
  bits(rows: readonly Ids[], extra?: number): Promise<string[]>;
  close(): Promise<void>;
}

async function load(engine: Engine, threads: number): Promise<Ort> {
  if (engine === 'native') return await import('onnxruntime-node');
  const ort: Ort = await import('onnxruntime-web/wasm');
  ort.env.wasm.numThreads = threads;
  // The build without relaxed SIMD, by its folder: the workers of other threads look for it there too.
  ort.env.wasm.wasmPaths = `${dirname(createRequire(import.meta.url).resolve('onnxruntime-web/ort-wasm-simd-threaded.wasm'))}/`;
  return ort;
}

function feedsOf(ort: Ort, rows: readonly Ids[], widths: Widths, extra: number): Record<string, Tensor> {
  const longest = Math.max(...rows.map((row) => row.length));
  const long = longest > widths.single_block_up_to;
  const step = long ? widths.block : widths.multiple;
  const width = (Math.ceil(longest / step) + extra) * step;
  const ids = new BigInt64Array(rows.length * width);
  const mask = new BigInt64Array(rows.length * width);
  for (const [place, row] of rows.entries())
    for (const [t, id] of row.entries()) {
      ids[place * width + t] = BigInt(id);
      mask[place * width + t] = 1n;
    }
  const dims = [rows.length, width];
  return {
    input_ids: new ort.Tensor('int64', ids, dims),
    attention_mask: new ort.Tensor('int64', mask, dims),
    block: new ort.Tensor('int64', BigInt64Array.of(BigInt(long ? widths.block : width)), [1]),
  };
}

function hashOf(outputs: InferenceSession.OnnxValueMapType, rows: readonly Ids[], place: number): string {
  const hash = createHash('sha256');
  for (const name of Object.keys(outputs).sort()) {
    const tensor = outputs[name] as Tensor;
    const data = tensor.data as Float32Array;
    const each = data.length / rows.length;
    const kept = tensor.dims.length === 3 ? (rows[place] as Ids).length * (tensor.dims[2] as number) : each;
    hash.update(name).update(new Uint8Array(data.slice(place * each, place * each + kept).buffer));
  }
  return hash.digest('hex');
}

/** The WebAssembly engine takes its number of threads from the first graph of a process. */
export async function openRunner({ path, weights }: Graph, widths: Widths, engine: Engine = 'native', threads = 1): Promise<Runner> {
  const ort = await load(engine, threads);
  const outside = weights ? { externalData: [{ path: weights, data: await readFile(join(dirname(path), weights)) }] } : {};
  const provider = engine === 'native' ? 'cpu' : 'wasm';
  const options = {
    executionProviders: [provider],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    logSeverityLevel: 3 as const,
    ...outside,
  };
  const session = await ort.InferenceSession.create(await readFile(path), options);
  return {
    async bits(rows, extra = 0) {
      const feeds = Object.entries(feedsOf(ort, rows, widths, extra)).filter(([name]) => session.inputNames.includes(name));
      const outputs = await session.run(Object.fromEntries(feeds));
      return rows.map((_, place) => hashOf(outputs, rows, place));
    },
    close: () => session.release(),
  };
}
