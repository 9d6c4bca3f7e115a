import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ModelManifest } from '../../../schema/model.ts';
import { sha256 } from '../identity.ts';
import { buildInt8 } from '../int8/weights.ts';
import { onnxBytes } from './onnxBytes.ts';
import { tinyTextModel, tinyWords } from './tinyModels.ts';

const rows = Object.keys(tinyWords).length;
/** A step of an int8 weight, by label; the greatest weight of the first needs one more than there are. */
export const tinyScales = [0.25, 0.5];

/** fp16 bits of a small whole number. */
function halfBits(value: number): number {
  if (value === 0) return 0;
  const exponent = Math.floor(Math.log2(Math.abs(value)));
  return (value < 0 ? 0x8000 : 0) | ((exponent + 15) << 10) | Math.round((Math.abs(value) / 2 ** exponent - 1) * 1024);
}

/** The words' logits as fp16, to be found in a file of the model folder at a known place. */
function halves(): Uint8Array {
  return new Uint8Array(Uint16Array.from(Object.values(tinyWords).flat(), halfBits).buffer);
}

/** As the tiny text model's graph, from int8 weights that lie outside it, with two counters a row: the magnitude of its logits. */
function int8Graph(): Uint8Array {
  return onnxBytes({
    nodes: [
      { op: 'DequantizeLinear', inputs: ['weights', 'scales'], outputs: ['dense'], ints: { axis: 1 } },
      { op: 'Gather', inputs: ['dense', 'input_ids'], outputs: ['gathered'] },
      { op: 'Cast', inputs: ['attention_mask'], outputs: ['mask'], ints: { to: 1 } },
      { op: 'Unsqueeze', inputs: ['mask', 'last'], outputs: ['column'] },
      { op: 'Mul', inputs: ['gathered', 'column'], outputs: ['moods_tokens'] },
      { op: 'Unsqueeze', inputs: ['mask', 'first'], outputs: ['line'] },
      { op: 'MatMul', inputs: ['line', 'moods_tokens'], outputs: ['sums'] },
      { op: 'MatMul', inputs: ['line', 'column'], outputs: ['counts'] },
      { op: 'Div', inputs: ['sums', 'counts'], outputs: ['means'] },
      { op: 'Squeeze', inputs: ['means', 'first'], outputs: ['moods'] },
      { op: 'Abs', inputs: ['moods'], outputs: ['sizes'] },
      { op: 'MatMul', inputs: ['sizes', 'glad_only'], outputs: ['sat_glad'] },
      { op: 'MatMul', inputs: ['sizes', 'sad_only'], outputs: ['loss_sad'] },
    ],
    weights: [
      { name: 'weights', dims: [rows, 2], type: 'int8', location: 'int8.bin', offset: 0, length: rows * 2 },
      { name: 'scales', dims: [2], values: tinyScales },
      { name: 'glad_only', dims: [2, 1], values: [1, 0] },
      { name: 'sad_only', dims: [2, 1], values: [0, 1] },
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
      { name: 'sat_glad', type: 'float', dims: ['batch', 1] },
      { name: 'loss_sad', type: 'float', dims: ['batch', 1] },
    ],
  });
}

/** The tiny text model with an int8 form beside its graph. Its fp32 logits are 1.1 times those of the int8 form; with `alone` see there. */
export async function tinyInt8Model(change: (manifest: ModelManifest) => void = () => {}, alone = false): Promise<string> {
  const dir = await tinyTextModel({ alone });
  const path = join(dir, 'manifest.json');
  const manifest = JSON.parse(await readFile(path, 'utf8')) as ModelManifest;
  const [graph, weights] = [int8Graph(), halves()];
  await writeFile(join(dir, 'onnx/int8.onnx'), graph);
  // As in a graph's file, the weights stand somewhere within others.
  await writeFile(join(dir, 'onnx/weights.bin'), Buffer.concat([Buffer.alloc(10, 0xff), weights, Buffer.alloc(3, 0xff)]));
  manifest.files['onnx/int8.onnx'] = sha256(graph);
  manifest.int8 = {
    graph: 'onnx/int8.onnx',
    data: 'int8.bin',
    built_from: [
      { tensor: 'weights', file: 'onnx/weights.bin', offset: 10, length: weights.length, rows, cols: 2, scales: tinyScales },
      { tensor: 'spare', file: 'onnx/weights.bin', offset: 10, length: 5, rows: 1, cols: 5 },
    ],
    sha256: '',
    guards: { sat_glad: 7, loss_sad: 7 },
  };
  manifest.int8.sha256 = sha256(await buildInt8(dir, manifest.int8));
  change(manifest);
  await writeFile(path, JSON.stringify(manifest));
  return dir;
}
