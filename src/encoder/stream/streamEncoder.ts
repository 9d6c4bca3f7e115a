import { AfferentError } from '../../../schema/errors.ts';
import type { Engine, Head, StreamInput } from '../../../schema/model.ts';
import type { HeadResult } from '../../../schema/scores.ts';
import { logitsOf, type Outputs } from '../batches.ts';
import { type EncoderResult, failed, type Timings } from '../encoder.ts';
import { readHead } from '../heads/index.ts';
import type { Model } from '../model.ts';
import { type Dense, type Graph, openGraph } from '../runtime.ts';
import { presentParts, type StreamBlock } from './block.ts';
import type { Advance } from './stream.ts';

/** A model of streams in the memory of one thread. It holds no state: that is handed in and out. */
export interface StreamEncoder {
  /** Rejects with `engine-failed`; what was carried is then lost. */
  advance: Advance;
  readonly timings: Timings;
  release(): Promise<void>;
}

/**
 * Opens a model of streams in this thread; once `isOver` says so no further block is begun, and `advance` rejects.
 * Rejects with the engine's error for a bad graph.
 */
export async function openStreamEncoder(model: Model, input: StreamInput, engine: Engine, isOver = () => false): Promise<StreamEncoder> {
  const graph = await openGraph(model.graphPath, engine);
  const timings: Timings = { tokenise: 0, infer: 0, heads: 0 };
  return {
    timings,
    async advance(carried, blocks) {
      const results: EncoderResult[] = [];
      let now = carried;
      for (const block of blocks) {
        if (isOver()) throw new AfferentError('interrupted');
        const from = performance.now();
        const outputs = await runBlock(graph, input, now, block);
        const then = performance.now();
        now = carriedOf(outputs, input);
        results.push(readBlock(model.manifest.heads, outputs));
        timings.infer += then - from;
        timings.heads += performance.now() - then;
      }
      return { carried: now, results };
    },
    release: () => graph.release(),
  };
}

/** Feeds of one block: each signal (1, samples, channels), `present` (1, parts, signals in the manifest's order), `carried` (1, S). */
async function runBlock(graph: Graph, input: StreamInput, carried: Float32Array, block: StreamBlock): Promise<Outputs> {
  const names = Object.keys(input.signals);
  const feeds: Record<string, Dense> = { carried: { data: carried, dims: [1, carried.length] } };
  const parts = presentParts(input);
  const present = new Float32Array(parts * names.length);
  for (const [signal, name] of names.entries()) {
    const { rate, channels } = input.signals[name] ?? { rate: 0, channels: 0 };
    const cut = block.signals[name];
    feeds[name.toLowerCase()] = {
      data: cut?.values ?? new Float32Array(rate * input.block_s * channels),
      dims: [1, rate * input.block_s, channels],
    };
    cut?.quarters.forEach((share, part) => {
      present[part * names.length + signal] = share;
    });
  }
  feeds.present = { data: present, dims: [1, parts, names.length] };
  // The engine's message can quote its input's values, so it goes no further.
  return graph.run(feeds).catch(() => {
    throw new AfferentError('engine-failed');
  });
}

function carriedOf(outputs: Outputs, input: StreamInput): Float32Array {
  const carried = outputs.carried_out?.data;
  // A graph that carries on another number of values than its manifest says.
  if (carried?.length !== input.carried) throw new AfferentError('engine-failed');
  // The engine may use its memory again.
  return Float32Array.from(carried);
}

function readBlock(heads: readonly Head[], outputs: Outputs): EncoderResult {
  const read: HeadResult[] = [];
  for (const head of heads) {
    const logits = logitsOf(head, outputs, 0);
    if (logits === null) return failed('engine-failed');
    read.push(readHead(head, logits, null));
  }
  return { tokens: null, heads: read, error: null };
}
