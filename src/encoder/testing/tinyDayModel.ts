import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ModelManifest } from '../../../schema/model.ts';
import { onnxBytes } from './onnxBytes.ts';
import { tinyFolder, writeModel } from './tinyModels.ts';

/** From so many steps a day the engine fails: the graph then looks behind the end of its table. */
export const failingSteps = 50_000;

function tinyDayGraph(): Uint8Array {
  return onnxBytes({
    nodes: [
      { op: 'Mul', inputs: ['steps', 'scale'], outputs: ['tens'] },
      { op: 'Cast', inputs: ['tens'], outputs: ['place'], ints: { to: 7 } },
      { op: 'Gather', inputs: ['table', 'place'], outputs: ['looked_up'], ints: { axis: 0 } },
      { op: 'Squeeze', inputs: ['looked_up', 'one'], outputs: ['new'] },
      { op: 'Mul', inputs: ['carried', 'decay'], outputs: ['kept'] },
      { op: 'Add', inputs: ['kept', 'new'], outputs: ['carried_out'] },
      { op: 'MatMul', inputs: ['carried_out', 'out_lonely'], outputs: ['lonely'] },
    ],
    weights: [
      { name: 'scale', dims: [1], values: [5 / failingSteps] },
      { name: 'table', dims: [5], values: [0.3, 0.1, -0.2, -0.4, -0.5] },
      { name: 'one', dims: [1], values: [1], type: 'int64' },
      { name: 'decay', dims: [1], values: [0.9] },
      { name: 'out_lonely', dims: [1, 1], values: [0.7] },
    ],
    inputs: [
      { name: 'steps', type: 'float', dims: ['batch', 1, 1] },
      { name: 'present', type: 'float', dims: ['batch', 1, 1] },
      { name: 'carried', type: 'float', dims: ['batch', 1] },
    ],
    outputs: [
      { name: 'lonely', type: 'float', dims: ['batch', 1] },
      { name: 'carried_out', type: 'float', dims: ['batch', 1] },
    ],
  });
}

/** Writes a whole model folder for days, of the name and window of the model `days`, and gives its path. */
export async function tinyDayModel(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'afferent-tiny-days-'));
  const files = { 'onnx/model.onnx': tinyDayGraph() };
  const day = 86_400;
  const manifest: ModelManifest = {
    name: 'days',
    version: '1.0.0',
    input: {
      kind: 'e4-stream',
      block_s: day,
      window_s: 7 * day,
      restart_s: 28 * day,
      present_s: day,
      carried: 1,
      signals: { STEPS: { rate: 1 / day, channels: 1 } },
      min_present: 0.1,
    },
    ...tinyFolder(files),
    heads: [
      {
        name: 'lonely',
        type: 'binary',
        output: 'lonely',
        calibration: { kind: 'platt', a: [1], b: [0] },
        thresholds: [0.5],
        grade: 'weak',
      },
    ],
  };
  await writeModel(dir, files, manifest);
  return dir;
}
