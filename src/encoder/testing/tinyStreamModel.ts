import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ModelManifest, StreamInput } from '../../../schema/model.ts';
import { type Node, onnxBytes, type Weights } from './onnxBytes.ts';
import { tinyFolder, writeModel } from './tinyModels.ts';

/** Input form of the tiny model of streams: that of a wristband, with four numbers carried. */
export const tinyStreamInput: StreamInput = {
  kind: 'e4-stream',
  block_s: 10,
  window_s: 60,
  restart_s: 7200,
  carried: 4,
  signals: {
    BVP: { rate: 64, channels: 1 },
    ACC: { rate: 32, channels: 3 },
    EDA: { rate: 4, channels: 1, valid: [0, 100] },
    TEMP: { rate: 4, channels: 1 },
  },
  min_present: 0.5,
};

/** Numbers that look like weights and are the same each time. */
function weights(name: string, dims: number[]): Weights {
  const values = Array.from(
    { length: dims.reduce((n, d) => n * d, 1) },
    (_, k) => Math.sin(k * 12.9898 + name.length) / (dims.at(-2) ?? 1),
  );
  return { name, dims, values };
}

/** Carried numbers decay and take in the block's means: what came long before still shows in the last bits. */
function tinyStreamGraph(): Uint8Array {
  const taken = (name: string): Node[] => [
    { op: 'MatMul', inputs: [`${name}_weights`, name], outputs: [`${name}_row`] },
    { op: 'Squeeze', inputs: [`${name}_row`, 'one'], outputs: [`${name}_mean`] },
  ];
  const names = ['bvp', 'acc', 'eda', 'temp', 'present'] as const;
  return onnxBytes({
    nodes: [
      ...names.flatMap(taken),
      { op: 'Concat', inputs: names.map((name) => `${name}_mean`), outputs: ['seen'], ints: { axis: 1 } },
      { op: 'MatMul', inputs: ['seen', 'into'], outputs: ['mixed'] },
      { op: 'Tanh', inputs: ['mixed'], outputs: ['new'] },
      { op: 'Mul', inputs: ['carried', 'decay'], outputs: ['kept'] },
      { op: 'Add', inputs: ['kept', 'new'], outputs: ['carried_out'] },
      { op: 'MatMul', inputs: ['carried_out', 'out_stress'], outputs: ['stress'] },
      { op: 'MatMul', inputs: ['carried_out', 'out_state'], outputs: ['state'] },
    ],
    weights: [
      weights('bvp_weights', [1, 640]),
      weights('acc_weights', [1, 320]),
      weights('eda_weights', [1, 40]),
      weights('temp_weights', [1, 40]),
      weights('present_weights', [1, 40]),
      weights('into', [10, 4]),
      { name: 'decay', dims: [4], values: [0.9, 0.99, 0.999, 0.5] },
      weights('out_stress', [4, 1]),
      weights('out_state', [4, 2]),
      { name: 'one', dims: [1], values: [1], type: 'int64' },
    ],
    inputs: [
      { name: 'bvp', type: 'float', dims: ['batch', 640, 1] },
      { name: 'acc', type: 'float', dims: ['batch', 320, 3] },
      { name: 'eda', type: 'float', dims: ['batch', 40, 1] },
      { name: 'temp', type: 'float', dims: ['batch', 40, 1] },
      { name: 'present', type: 'float', dims: ['batch', 40, 4] },
      { name: 'carried', type: 'float', dims: ['batch', 4] },
    ],
    outputs: [
      { name: 'stress', type: 'float', dims: ['batch', 1] },
      { name: 'state', type: 'float', dims: ['batch', 2] },
      { name: 'carried_out', type: 'float', dims: ['batch', 4] },
    ],
  });
}

/** Writes a whole model folder for recordings and gives its path. */
export async function tinyStreamModel(change: (manifest: ModelManifest) => void = () => {}): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'afferent-tiny-stream-'));
  const files = { 'onnx/model.onnx': tinyStreamGraph() };
  const manifest: ModelManifest = {
    name: 'tiny-stream',
    version: '1.0.0',
    input: tinyStreamInput,
    ...tinyFolder(files),
    heads: [
      {
        name: 'stress',
        type: 'binary',
        output: 'stress',
        calibration: { kind: 'platt', a: [1], b: [0] },
        thresholds: [0.5],
        grade: 'weak',
      },
      {
        name: 'state',
        type: 'categorical',
        output: 'state',
        labels: ['rest', 'stress'],
        calibration: { kind: 'temperature', t: 1 },
        grade: 'weak',
      },
    ],
    whole: { keep: [[1, 3]] },
  };
  change(manifest);
  await writeModel(dir, files, manifest);
  return dir;
}
