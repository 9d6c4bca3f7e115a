import type { z } from 'zod';
import type { E4Input, Engine, Head } from '../../../schema/model.ts';
import type { HeadResult } from '../../../schema/scores.ts';
import { logitsOf, type Outputs, runBatches } from '../batches.ts';
import { type Encoder, type EncoderInput, type EncoderResult, failed, type Timings } from '../encoder.ts';
import { readHead } from '../heads/index.ts';
import type { Model } from '../model.ts';
import { type Dense, type Graph, openGraph } from '../runtime.ts';
import type { E4Window } from './window.ts';

type Input = z.infer<typeof E4Input>;

/** Opens a model of wristband windows in this thread. Rejects with the engine's error for a bad graph. */
export async function openE4Encoder(model: Model, input: Input, engine: Engine, batch: number): Promise<Encoder> {
  const graph = await openGraph(model.graphPath, engine);
  const timings: Timings = { tokenise: 0, infer: 0, heads: 0 };
  return {
    timings,
    score: (inputs) => scoreWindows({ heads: model.manifest.heads, input, graph, batch, timings }, inputs),
    release: () => graph.release(),
  };
}

interface Parts {
  heads: readonly Head[];
  input: Input;
  graph: Graph;
  batch: number;
  timings: Timings;
}

async function scoreWindows(parts: Parts, inputs: readonly EncoderInput[]): Promise<EncoderResult[]> {
  const windows = inputs.flatMap((given) => (given.kind === 'window' ? [given.window] : []));
  const results = windows.map((window) => failed(enough(window, parts.input) ? 'engine-failed' : 'too-little-signal'));
  const rows = windows.flatMap((window, row) => (enough(window, parts.input) ? [row] : []));
  const batches: { rows: number[] }[] = [];
  for (let from = 0; from < rows.length; from += parts.batch) batches.push({ rows: rows.slice(from, from + parts.batch) });
  await runBatches(
    batches,
    (batch) =>
      runWindows(
        parts,
        batch.rows.flatMap((row) => windows[row] ?? []),
      ),
    (row, outputs, place) => {
      const from = performance.now();
      results[row] = readWindow(parts.heads, outputs, place);
      parts.timings.heads += performance.now() - from;
    },
    () => {},
  );
  return results;
}

/** Whether the signals were recorded for enough of the window, on their mean. */
export function enough(window: E4Window, input: Input): boolean {
  const names = Object.keys(input.signals);
  const shares = names.reduce((sum, name) => sum + (window.present[name] ?? 0), 0);
  return shares / names.length >= input.min_present;
}

async function runWindows({ graph, input, timings }: Parts, windows: readonly E4Window[]): Promise<Outputs> {
  const feeds: Record<string, Dense> = {};
  const names = Object.keys(input.signals);
  for (const name of names) feeds[name.toLowerCase()] = stack(windows, name, input);
  feeds.present = stackPresent(windows, names, input.window_s * 4);
  const from = performance.now();
  try {
    return await graph.run(feeds);
  } finally {
    timings.infer += performance.now() - from;
  }
}

function stack(windows: readonly E4Window[], name: string, input: Input): Dense {
  const { rate, channels } = input.signals[name] ?? { rate: 0, channels: 0 };
  const samples = rate * input.window_s;
  const data = new Float32Array(windows.length * samples * channels);
  windows.forEach((window, place) => {
    const values = window.signals[name]?.values;
    if (values) data.set(values, place * samples * channels);
  });
  return { data, dims: [windows.length, samples, channels] };
}

/** Shares as (windows, quarters, signals), signals in the manifest's order. */
function stackPresent(windows: readonly E4Window[], names: readonly string[], quarters: number): Dense {
  const data = new Float32Array(windows.length * quarters * names.length);
  windows.forEach((window, place) => {
    names.forEach((name, signal) => {
      window.signals[name]?.quarters.forEach((share, quarter) => {
        data[(place * quarters + quarter) * names.length + signal] = share;
      });
    });
  });
  return { data, dims: [windows.length, quarters, names.length] };
}

function readWindow(heads: readonly Head[], outputs: Outputs, place: number): EncoderResult {
  const read: HeadResult[] = [];
  for (const head of heads) {
    const logits = logitsOf(head, outputs, place);
    if (logits === null) return failed('engine-failed');
    read.push(readHead(head, logits, null));
  }
  return { tokens: null, heads: read, error: null };
}
