import type { z } from 'zod';
import { AfferentError } from '../../../schema/errors.ts';
import type { Engine, Head, TextInput } from '../../../schema/model.ts';
import type { HeadResult } from '../../../schema/scores.ts';
import { logitsOf, type Outputs, runBatches } from '../batches.ts';
import { type Encoder, type EncoderInput, type EncoderResult, failed, type Timings } from '../encoder.ts';
import type { EvidenceOf } from '../heads/head.ts';
import { readHead } from '../heads/index.ts';
import { lowOf } from '../int8/counters.ts';
import { isNearLimit } from '../int8/margins.ts';
import type { Int8 } from '../int8/weights.ts';
import type { Model } from '../model.ts';
import type { Dense } from '../runtime.ts';
import type { Alignment } from './align.ts';
import { evidenceSpans } from './evidence.ts';
import { openTextGraphs, type TextGraphs } from './graphs.ts';
import { type BatchLimits, planBatches, type TextBatch } from './plan.ts';
import { openTokenizer, type Tokenizer } from './tokenizer.ts';

type Input = z.infer<typeof TextInput>;

export interface TextOptions {
  engine: Engine;
  limits: BatchLimits;
  /** Asked before each run of the graph: once it says so, what is left fails. */
  isOver: () => boolean;
}

/**
 * Opens a text model in this thread, in its int8 form where one is given.
 * @throws AfferentError `bad-model` where the tokenizer cannot be used; rejects with the engine's error for a bad graph.
 */
export async function openTextEncoder(model: Model, input: Input, options: TextOptions, int8?: Int8): Promise<Encoder> {
  const { engine, limits, isOver } = options;
  const tokenizer = await openTokenizer(model.dir);
  const graphs = await openTextGraphs(model, engine, limits.rows === 1, int8);
  const timings: Timings = { tokenise: 0, infer: 0, heads: 0 };
  return {
    timings,
    score: (inputs) => scoreTexts({ heads: model.manifest.heads, input, tokenizer, graphs, limits, isOver, timings, int8 }, inputs),
    release: () => graphs.release(),
  };
}

interface Parts {
  heads: readonly Head[];
  input: Input;
  tokenizer: Tokenizer;
  graphs: TextGraphs;
  limits: BatchLimits;
  isOver: () => boolean;
  timings: Timings;
  int8?: Pick<Int8, 'guards' | 'margins'>;
}

async function scoreTexts(parts: Parts, inputs: readonly EncoderInput[]): Promise<EncoderResult[]> {
  const { tokenizer, input, timings } = parts;
  const results: EncoderResult[] = [];
  const ids: number[][] = [];
  const began = performance.now();
  for (const { text } of inputs.filter((given) => given.kind === 'text')) {
    const encoded = text.trim() === '' ? [] : tokenizer.encode(text);
    ids.push(encoded);
    results.push(before(encoded, input));
  }
  timings.tokenise += performance.now() - began;
  const lengths = ids.map((row, k) => (results[k]?.error ? -1 : row.length));
  await runBatches(
    planBatches(lengths, input, parts.limits),
    (batch) => runText(parts, batch, ids),
    (row, outputs, place) => {
      const from = performance.now();
      const given = inputs[row];
      results[row] = readRow(parts, given?.kind === 'text' ? given.text : '', ids[row] ?? [], outputs, place);
      timings.heads += performance.now() - from;
    },
    (row) => {
      results[row] = failed('engine-failed', ids[row]?.length ?? null);
    },
  );
  return results;
}

/** What is known of a text from its tokens alone. One that has none but the two around it has nothing to read. */
function before(ids: readonly number[], input: Input): EncoderResult {
  if (ids.length <= 2) return failed('text-empty', ids.length === 0 ? null : ids.length);
  if (ids.length > input.max_tokens) return failed('text-too-long', ids.length);
  return { tokens: ids.length, heads: [], error: null };
}

/** Ids as the graph takes them: to make one anew for each token would cost more than to look it up. */
const bigs: bigint[] = [];

function bigOf(id: number): bigint {
  bigs[id] ??= BigInt(id);
  return bigs[id];
}

async function runText({ graphs, input, isOver, timings }: Parts, batch: TextBatch, ids: readonly number[][]): Promise<Outputs> {
  if (isOver()) throw new AfferentError('interrupted');
  const { rows, width, block } = batch;
  const inputIds = new BigInt64Array(rows.length * width).fill(BigInt(input.pad));
  const mask = new BigInt64Array(rows.length * width);
  for (const [place, row] of rows.entries()) {
    const tokens = ids[row] ?? [];
    const at = place * width;
    for (let t = 0; t < tokens.length; t++) inputIds[at + t] = bigOf(tokens[t] as number);
    mask.fill(1n, at, at + tokens.length);
  }
  const dims = [rows.length, width];
  const feeds: Record<string, Dense> = { input_ids: { data: inputIds, dims }, attention_mask: { data: mask, dims } };
  const graph = await graphs.of(batch);
  // A graph without blocks (attention alone, or one block at any length) does not have this input.
  if (graph.inputNames.includes('block')) feeds.block = { data: BigInt64Array.of(BigInt(block)), dims: [1] };
  const from = performance.now();
  try {
    return await graph.run(feeds);
  } finally {
    timings.infer += performance.now() - from;
  }
}

function readRow({ heads, tokenizer, int8 }: Parts, text: string, ids: readonly number[], outputs: Outputs, place: number): EncoderResult {
  const read: HeadResult[] = [];
  let alignment: Alignment | null = null;
  const aligned = () => {
    alignment ??= tokenizer.align(text, ids);
    return alignment;
  };
  for (const head of heads) {
    const logits = logitsOf(head, outputs, place);
    if (logits === null) return failed('engine-failed', ids.length);
    read.push(readHead(head, logits, evidenceOf(head, outputs, place, aligned)));
  }
  if (!int8) return { tokens: ids.length, heads: read, error: null };
  const low = lowOf(int8.guards, outputs, place);
  const unsure = heads.some((head, k) => isNearLimit(head, read[k] as HeadResult, int8.margins[head.name] ?? 0));
  if (unsure) low.fallback ??= 'margin';
  return { tokens: ids.length, heads: read, error: null, low };
}

function evidenceOf(head: Head, outputs: Outputs, place: number, aligned: () => Alignment): EvidenceOf {
  const shares = head.evidence === undefined ? undefined : outputs[head.evidence];
  if (shares === undefined) return null;
  const [, width = 0, n = 0] = shares.dims;
  const base = place * width * n;
  const share = (token: number, column: number): number => shares.data[base + token * n + column] ?? 0;
  return (column, slope, against) =>
    evidenceSpans(aligned(), (token) => slope * (share(token, column) - (against === undefined ? 0 : share(token, against))));
}
