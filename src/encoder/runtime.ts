import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { InferenceSession, Tensor } from 'onnxruntime-common';
import type { Engine } from '../../schema/model.ts';

/** A dense array and its shape, row by row. */
export interface Dense {
  data: Float32Array | BigInt64Array;
  dims: readonly number[];
}
export type Floats = { data: Float32Array; dims: readonly number[] };

/** An ONNX graph held by one engine. Not for use from two threads. */
export interface Graph {
  inputNames: readonly string[];
  outputNames: readonly string[];
  /** Runs the graph once and gives its float32 outputs by name. Rejects with the engine's own error. */
  run(feeds: Record<string, Dense>): Promise<Record<string, Floats>>;
  release(): Promise<void>;
}

type Ort = Pick<typeof import('onnxruntime-common'), 'InferenceSession' | 'Tensor' | 'env'>;

const require = createRequire(import.meta.url);

/** The WebAssembly build that is loaded: plain SIMD, without the relaxed instructions whose results the processor chooses. */
const wasmBuild = 'ort-wasm-simd-threaded.wasm';

async function loadNative(): Promise<Ort> {
  return await import('onnxruntime-node');
}

async function loadWasm(): Promise<Ort> {
  const ort: Ort = await import('onnxruntime-web/wasm');
  const flags = ort.env.wasm;
  flags.numThreads = 1;
  flags.proxy = false;
  flags.simd = true;
  // Given as bytes because Node's fetch does not open files.
  flags.wasmBinary ??= await readFile(require.resolve(`onnxruntime-web/${wasmBuild}`));
  return ort;
}

/** Errors alone: an engine warns of every weight that a branch of a graph holds for itself. */
const logSeverityLevel = 3;
/** One thread and one order of work: what a sum adds up first must not depend on the machine's load. */
const nativeOptions: InferenceSession.SessionOptions = {
  executionProviders: ['cpu'],
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  executionMode: 'sequential',
  graphOptimizationLevel: 'all',
  logSeverityLevel,
};
const wasmOptions: InferenceSession.SessionOptions = { executionProviders: ['wasm'], graphOptimizationLevel: 'all', logSeverityLevel };

/** Weights that lie outside a graph's file, by the name that the graph has for them. */
export interface ExternalData {
  path: string;
  data: Uint8Array;
}

/**
 * Opens an ONNX file. Rejects with the engine's own error where the file is not a graph.
 * @param engine `native` for the processor's own instructions, `wasm` for the reference engine.
 */
export async function openGraph(path: string, engine: Engine, externalData?: ExternalData[]): Promise<Graph> {
  const outside = externalData ? { externalData } : {};
  const ort = engine === 'native' ? await loadNative() : await loadWasm();
  const session =
    engine === 'native'
      ? await ort.InferenceSession.create(path, { ...nativeOptions, ...outside })
      : await ort.InferenceSession.create(await readFile(path), { ...wasmOptions, ...outside });
  return {
    inputNames: session.inputNames,
    outputNames: session.outputNames,
    async run(feeds) {
      const tensors: Record<string, Tensor> = {};
      for (const [name, dense] of Object.entries(feeds)) tensors[name] = toTensor(ort, dense);
      const results = await session.run(tensors);
      const outputs: Record<string, Floats> = {};
      for (const name of session.outputNames) {
        const result = results[name];
        if (result?.data instanceof Float32Array) outputs[name] = { data: result.data, dims: result.dims };
      }
      return outputs;
    },
    release: () => session.release(),
  };
}

function toTensor(ort: Ort, dense: Dense): Tensor {
  return dense.data instanceof Float32Array
    ? new ort.Tensor('float32', dense.data, dense.dims)
    : new ort.Tensor('int64', dense.data, dense.dims);
}

/** Versions of what an engine computes with, for a run's record of its machine. */
export async function runtimeVersions(engine: Engine): Promise<Record<string, string>> {
  const ort = engine === 'native' ? await loadNative() : await loadWasm();
  const own = engine === 'native' ? ort.env.versions.node : ort.env.versions.web;
  const { node, v8, unicode = '' } = process.versions;
  // Unicode's tables decide which new characters count as marks, and so what the tokenizer drops.
  return { engine, onnxruntime: own ?? ort.env.versions.common, node, v8, unicode };
}
