import { AfferentError } from '../../schema/errors.ts';
import type { Engine } from '../../schema/model.ts';
import type { Encoder } from './encoder.ts';
import { guarded } from './int8/guarded.ts';
import { int8Weights } from './int8/weights.ts';
import type { Model } from './model.ts';
import { openTextEncoder } from './text/textEncoder.ts';

/**
 * Opens a checked model of inputs that stand by themselves in this thread, by their kind; streams have `openStreamEncoder`.
 * `batch` is the most rows of one run; with 1, short texts take the graph for a text by itself, which is sooner done. Once
 * `isOver` says so no further run is begun, and what is left fails.
 *
 * The WebAssembly engine runs every row by itself: its sums over tokens change in the last bit with the width that
 * longer neighbours pad a row to, and there the width must be the row's own.
 */
export async function openEncoder(model: Model, engine: Engine, batch: number, isOver = () => false): Promise<Encoder> {
  const { input } = model.manifest;
  const rows = engine === 'wasm' ? 1 : batch;
  if (input.kind === 'text') {
    const options = { engine, limits: { rows, tokens: 4096 }, isOver };
    if (model.precision === model.manifest.precision) return openTextEncoder(model, input, options);
    const low = await openTextEncoder(model, input, options, await int8Weights(model));
    return guarded(low, () => openTextEncoder(model, input, options));
  }
  throw new AfferentError('not-this-kind');
}
