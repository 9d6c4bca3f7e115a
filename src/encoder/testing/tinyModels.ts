import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { ModelManifest } from '../../../schema/model.ts';
import { sha256 } from '../identity.ts';
import { type Node, onnxBytes } from './onnxBytes.ts';

/** Words of the tiny model with the logit that each adds to its two labels; `crash` has no row of weights. */
export const tinyWords: Readonly<Record<string, readonly [number, number]>> = {
  '[PAD]': [0, 0],
  '[UNK]': [0, 0],
  '[CLS]': [0, 0],
  '[SEP]': [0, 0],
  sad: [-8, 16],
  '##ly': [0, 4],
  glad: [16, -8],
  so: [2, 2],
  very: [3, 3],
  '.': [1, 1],
};
const crash = 'crash';

const tokenizer = {
  version: '1.0',
  truncation: null,
  padding: null,
  added_tokens: ['[PAD]', '[UNK]', '[CLS]', '[SEP]'].map((content, id) => ({
    id,
    content,
    special: true,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
  })),
  normalizer: { type: 'BertNormalizer', clean_text: true, handle_chinese_chars: true, strip_accents: null, lowercase: true },
  pre_tokenizer: { type: 'BertPreTokenizer' },
  post_processor: {
    type: 'TemplateProcessing',
    single: [
      { SpecialToken: { id: '[CLS]', type_id: 0 } },
      { Sequence: { id: 'A', type_id: 0 } },
      { SpecialToken: { id: '[SEP]', type_id: 0 } },
    ],
    pair: [],
    special_tokens: { '[CLS]': { id: '[CLS]', ids: [2], tokens: ['[CLS]'] }, '[SEP]': { id: '[SEP]', ids: [3], tokens: ['[SEP]'] } },
  },
  decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
  model: {
    type: 'WordPiece',
    unk_token: '[UNK]',
    continuing_subword_prefix: '##',
    max_input_chars_per_word: 100,
    vocab: Object.fromEntries([...Object.keys(tinyWords), crash].map((word, id) => [word, id])),
  },
};

/**
 * Logits are the mean of the words' own. With `scaleByBatch` shares are rounded to 127 steps of the largest share of
 * the whole batch, as a dynamic quantiser does: what a row gets then hangs on its neighbours.
 */
function tinyGraph(scaleByBatch: boolean, size = 1.1): Uint8Array {
  const rows = Object.values(tinyWords);
  const odd: Node[] = [
    { op: 'ReduceMax', inputs: ['plain'], outputs: ['top'], ints: { keepdims: 1 } },
    { op: 'Div', inputs: ['top', 'steps'], outputs: ['step'] },
    { op: 'Div', inputs: ['plain', 'step'], outputs: ['scaled'] },
    { op: 'Round', inputs: ['scaled'], outputs: ['whole'] },
    { op: 'Mul', inputs: ['whole', 'step'], outputs: ['moods_tokens'] },
  ];
  const even: Node[] = [{ op: 'Identity', inputs: ['plain'], outputs: ['moods_tokens'] }];
  return onnxBytes({
    nodes: [
      { op: 'Gather', inputs: ['weights', 'input_ids'], outputs: ['gathered'] },
      { op: 'Cast', inputs: ['attention_mask'], outputs: ['mask'], ints: { to: 1 } },
      { op: 'Unsqueeze', inputs: ['mask', 'last'], outputs: ['column'] },
      { op: 'Mul', inputs: ['gathered', 'column'], outputs: ['plain'] },
      ...(scaleByBatch ? odd : even),
      { op: 'Unsqueeze', inputs: ['mask', 'first'], outputs: ['line'] },
      { op: 'MatMul', inputs: ['line', 'moods_tokens'], outputs: ['sums'] },
      { op: 'MatMul', inputs: ['line', 'column'], outputs: ['counts'] },
      { op: 'Div', inputs: ['sums', 'counts'], outputs: ['means'] },
      { op: 'Squeeze', inputs: ['means', 'first'], outputs: ['moods'] },
    ],
    weights: [
      { name: 'weights', dims: [rows.length, 2], values: rows.flat().map((logit) => logit * size) },
      { name: 'steps', dims: [1], values: [127] },
      { name: 'last', dims: [1], values: [2], type: 'int64' },
      { name: 'first', dims: [1], values: [1], type: 'int64' },
    ],
    inputs: [
      { name: 'input_ids', type: 'int64', dims: ['batch', 'tokens'] },
      { name: 'attention_mask', type: 'int64', dims: ['batch', 'tokens'] },
    ],
    outputs: [
      { name: 'moods', type: 'float', dims: ['batch', 2] },
      { name: 'moods_tokens', type: 'float', dims: ['batch', 'tokens', 2] },
    ],
  });
}

/** Writes a model folder: its files as they are, and a manifest that names their hashes. */
export async function writeModel(
  dir: string,
  files: Readonly<Record<string, string | Uint8Array>>,
  manifest: ModelManifest,
): Promise<void> {
  for (const [name, bytes] of Object.entries({ ...files, 'manifest.json': JSON.stringify(manifest) })) {
    await mkdir(dirname(join(dir, name)), { recursive: true });
    await writeFile(join(dir, name), bytes);
  }
}

/** What the manifests of all tiny models say of their folder. */
export function tinyFolder(files: Readonly<Record<string, string | Uint8Array>>) {
  return {
    graph: 'onnx/model.onnx',
    precision: 'fp32' as const,
    license: 'Apache-2.0',
    card: 'CARD.md',
    metrics: 'metrics.json',
    files: Object.fromEntries(Object.entries(files).map(([name, bytes]) => [name, sha256(bytes)])),
  };
}

/**
 * Writes a whole model folder and gives its path. `change` may alter the manifest before it is written. With `alone` it has a
 * graph for a text by itself, whose logits are twice as large, so that one sees which was run.
 */
export async function tinyTextModel(
  options: { scaleByBatch?: boolean; alone?: boolean; maxTokens?: number; change?: (manifest: ModelManifest) => void } = {},
): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'afferent-tiny-'));
  const files: Record<string, string | Uint8Array> = {
    'onnx/model.onnx': tinyGraph(options.scaleByBatch ?? false),
    ...(options.alone && { 'onnx/alone.onnx': tinyGraph(false, 2.2) }),
    'tokenizer.json': JSON.stringify(tokenizer),
    'tokenizer_config.json': JSON.stringify({ tokenizer_class: 'BertTokenizer', do_lower_case: true, unk_token: '[UNK]' }),
  };
  const manifest: ModelManifest = {
    name: 'tiny',
    version: '1.0.0',
    input: { kind: 'text', pad: 0, multiple: 8, block: 64, single_block_up_to: 256, max_tokens: options.maxTokens ?? 4096 },
    ...tinyFolder(files),
    ...(options.alone && { alone: { graph: 'onnx/alone.onnx', up_to: 64 } }),
    heads: [
      {
        name: 'moods',
        type: 'multilabel',
        output: 'moods',
        labels: ['glad', 'sad'],
        calibration: { kind: 'platt', a: [1, 1], b: [0, 0] },
        thresholds: [0.6, 0.6],
        grade: 'weak',
        evidence: 'moods_tokens',
      },
    ],
  };
  options.change?.(manifest);
  await writeModel(dir, files, manifest);
  return dir;
}
