import { copyFile, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { int8Weights } from '../../src/encoder/int8/weights.ts';
import { openModel } from '../../src/encoder/model.ts';
import type { Graph } from './row-bits.ts';

/** A model's int8 form with its weights built beside it, in a new folder. */
export async function eightBits(modelDir: string): Promise<Graph> {
  const { graphPath, weights } = await int8Weights(await openModel(modelDir, 'int8'));
  const folder = await mkdtemp(join(tmpdir(), 'afferent-eight-bits-'));
  const path = join(folder, 'int8.onnx');
  await copyFile(graphPath, path);
  await writeFile(join(folder, weights.path), weights.data);
  return { path, weights: weights.path };
}
