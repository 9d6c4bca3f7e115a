/**
 * The text encoder against transformers, all in one run on one thread, in processor time:
 * node bench/encoder-speed.ts [--texts FILE.jsonl] [--rows 128] [--repeats 3] [--python PYTHON] [--work DIR]
 *   [--model DIR] [--int8] [--json]
 *
 * Short texts go through the plain text-classification pipeline of transformers.js for the transformers, and through
 * `score`'s own encoder for ours. The transformers have random weights: their time does not depend on them.
 */
import './help.ts';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { env, pipeline } from '@xenova/transformers';
import type { Encoder } from '../src/encoder/encoder.ts';
import { openModel } from '../src/encoder/model.ts';
import { openEncoder } from '../src/encoder/open.ts';
import { type Graph, openGraph } from '../src/encoder/runtime.ts';
import { openTokenizer } from '../src/encoder/text/tokenizer.ts';
import { feedsOf, linearWork, machineLimits, median, processorTime } from './encoder-machine.ts';
import { syntheticPost } from './synthetic-posts.ts';

// Else V8 marks garbage bit by bit between the calls, and whoever is called meanwhile pays: the shorter the model, the more.
setFlagsFromString('--no-incremental-marking');
const root = join(import.meta.dirname, '..');
const { values: options } = parseArgs({
  options: {
    texts: { type: 'string' },
    rows: { type: 'string', default: '128' },
    repeats: { type: 'string', default: '3' },
    python: { type: 'string', default: 'python3' },
    work: { type: 'string', default: join(tmpdir(), 'afferent-bench') },
    model: { type: 'string', default: join(root, 'models/text') },
    int8: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});
const BATCH = 32;
const LENGTHS = [4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096];
const round = (x: number, digits = 2): number => Number(x.toFixed(digits));

function openTexts(count: number): string[] {
  if (options.texts === undefined) return Array.from({ length: count }, (_, i) => syntheticPost(i).text);
  const lines = readFileSync(options.texts, 'utf8').trim().split('\n');
  const every = Math.max(1, Math.floor(lines.length / count));
  const chosen = lines.filter((_, i) => i % every === 0).slice(0, count);
  return chosen.map((line) => String((JSON.parse(line) as { text: string }).text));
}

type Classify = (texts: string[]) => Promise<unknown>;

async function transformer(name: string): Promise<Classify> {
  env.localModelPath = options.work;
  env.allowRemoteModels = false;
  const classify = await pipeline('text-classification', name, {
    dtype: 'fp32',
    device: 'cpu',
    session_options: { intraOpNumThreads: 1, interOpNumThreads: 1 },
  });
  return (texts) => classify(texts, { top_k: 1 });
}

const encoders: Encoder[] = [];

async function ours(precision: 'fp32' | 'int8'): Promise<Classify> {
  const encoder = await openEncoder(await openModel(options.model, precision), 'native', BATCH);
  encoders.push(encoder);
  return (texts) => encoder.score(texts.map((text) => ({ kind: 'text', text })));
}

function batchesOf(texts: readonly string[]): string[][] {
  return Array.from({ length: Math.ceil(texts.length / BATCH) }, (_, i) => texts.slice(i * BATCH, (i + 1) * BATCH));
}

/** Milliseconds for all batches, each model's batch after the other's, the median of the repeats. */
async function timeBatches(models: ReadonlyMap<string, Classify>, batches: readonly string[][]): Promise<Record<string, number>> {
  const sums: Record<string, number> = {};
  for (const batch of batches) {
    const times = new Map<string, number[]>([...models.keys()].map((name) => [name, []]));
    for (let k = 0; k < Number(options.repeats); k += 1)
      for (const [name, classify] of models) times.get(name)?.push(await processorTime(() => classify(batch)));
    for (const [name, found] of times) sums[name] = (sums[name] ?? 0) + median(found);
  }
  return sums;
}

async function shortTexts() {
  const texts = openTexts(Number(options.rows));
  const tokenizer = await openTokenizer(options.model);
  const tokens = new Map(texts.map((text) => [text, tokenizer.encode(text).length]));
  const sorted = [...texts].sort((a, b) => (tokens.get(a) ?? 0) - (tokens.get(b) ?? 0));
  const models = new Map<string, Classify>([['ours', await ours('fp32')]]);
  if (options.int8) models.set('ours int8', await ours('int8'));
  for (const name of ['minilm', 'distilbert', 'roberta-base']) models.set(name, await transformer(name));
  // A whole pass of each: code that has not run yet is slower, ours and the pipelines'.
  for (const classify of models.values()) for (const batch of batchesOf(sorted)) await classify(batch);
  const found = { sorted: await timeBatches(models, batchesOf(sorted)), unsorted: await timeBatches(models, batchesOf(texts)) };
  const count = texts.length;
  const all = [...tokens.values()].reduce((sum, n) => sum + n, 0);
  return {
    texts: count,
    tokens: all,
    milliseconds: found,
    padded: sorted.reduce((sum, text) => sum + Math.ceil((tokens.get(text) ?? 0) / 8) * 8, 0),
  };
}

async function byLength() {
  const { manifest, graphPath, alone } = await openModel(options.model, 'fp32');
  if (manifest.input.kind !== 'text') throw new Error('Not a text model.');
  const { block, single_block_up_to } = manifest.input;
  const paths = {
    ours: graphPath,
    minilm: join(options.work, 'minilm/onnx/model.onnx'),
    pairs: join(options.work, 'minilm-pairs/onnx/model.onnx'),
  };
  const rows = [];
  const graphs = new Map<string, Graph>();
  for (const [name, path] of Object.entries(paths)) graphs.set(name, await openGraph(path, 'native'));
  const lone = alone === null ? null : { graph: await openGraph(alone.path, 'native'), upTo: alone.upTo };
  for (const [batch, tokens] of [[32, 16] as const, [32, 32] as const, ...LENGTHS.map((n) => [1, n] as const)]) {
    const milliseconds: Record<string, number[]> = {};
    const single = tokens <= single_block_up_to;
    for (let k = 0; k < (tokens > 1024 ? 2 : tokens > 256 ? 3 : batch * tokens > 256 ? 9 : 41); k += 1)
      for (const [name, given] of graphs) {
        // As `score` does for a short text by itself.
        const graph = name === 'ours' && batch === 1 && lone !== null && tokens <= lone.upTo ? lone.graph : given;
        const feeds = feedsOf(batch, tokens, graph.inputNames.includes('block') ? (single ? tokens : block) : undefined);
        milliseconds[name] ??= [];
        milliseconds[name].push(await processorTime(() => graph.run(feeds)));
      }
    const best = Object.fromEntries(Object.entries(milliseconds).map(([name, found]) => [name, median(found)])) as Record<
      keyof typeof paths,
      number
    >;
    rows.push({ batch, tokens, ...best });
  }
  return rows;
}

const made = spawnSync(options.python, [join(import.meta.dirname, 'encoder-shapes.py'), options.work, options.model], { stdio: 'inherit' });
if (made.status !== 0) throw new Error('The transformers could not be written: give --python one that has numpy and onnx.');
const lengths = await byLength();
const limits = await machineLimits(join(options.work, 'product.onnx'));
const work = linearWork(32 * 32);
const batch = lengths[1] as (typeof lengths)[number];
const reached = { gflops: work.flop / batch.ours / 1e6, gigabytes: work.bytes / batch.ours / 1e6 };
const short = await shortTexts();
const at = (tokens: number): number => lengths.find((row) => row.batch === 1 && row.tokens === tokens)?.ours ?? Number.NaN;
const spent = encoders[0]?.timings ?? { tokenise: 0, infer: 0, heads: 0 };
const inference = spent.infer / (spent.tokenise + spent.infer + spent.heads);
const result = { short, inferenceShare: inference, lengths, growth4096over1024: at(4096) / at(1024), limits, reached };
if (options.json) console.log(JSON.stringify(result, null, 1));
else {
  const { sorted, unsorted } = short.milliseconds;
  console.log(`${short.texts} texts, ${short.tokens} tokens, batches of ${BATCH}; processor time`);
  console.table(
    Object.keys(sorted).map((model) => ({
      model,
      'texts/s, sorted': round((short.texts * 1000) / (sorted[model] as number), 1),
      'ours is faster ×': round((sorted[model] as number) / (sorted.ours as number)),
      'texts/s, unsorted': round((short.texts * 1000) / (unsorted[model] as number), 1),
      'ours is faster × ': round((unsorted[model] as number) / (unsorted.ours as number)),
    })),
  );
  console.log(`Of our time ${round(100 * inference, 1)} % is inference; the rest is tokens, calibration and evidence.`);
  console.table(
    lengths.map(({ batch: texts, tokens, ours: own, minilm, pairs }) => ({
      texts,
      tokens,
      'ours, ms': round(own, 1),
      'attention only, ms': round(minilm, 1),
      'ours is faster ×': round(minilm / own),
      'attention on pairs, ms': round(pairs, 1),
      'ours is faster × ': round(pairs / own),
    })),
  );
  console.log(`4,096 tokens cost ${round(result.growth4096over1024)} times what 1,024 cost`);
  console.log(`linear maps at 32 × 32 tokens: ${round(reached.gflops, 1)} GFLOP/s and ${round(reached.gigabytes, 1)} GB/s;`);
  console.log(`the machine: ${round(limits.gflops, 1)} GFLOP/s in a matrix product, ${round(limits.gigabytes, 1)} GB/s in a copy`);
}
process.exit(0);
