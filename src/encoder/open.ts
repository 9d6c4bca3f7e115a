import type { Engine } from '../../schema/model.ts';
import { openE4Encoder } from './e4/e4Encoder.ts';
import type { Encoder } from './encoder.ts';
import type { Model } from './model.ts';
import { openTextEncoder } from './text/textEncoder.ts';

/**
 * Opens a checked model in this thread, by the kind of its input. `batch` is the most rows of one run.
 *
 * The WebAssembly engine runs every row by itself: its sums over tokens change in the last bit with the width that
 * longer neighbours pad a row to, and there the width must be the row's own.
 */
export function openEncoder(model: Model, engine: Engine, batch: number): Promise<Encoder> {
  const { input } = model.manifest;
  const rows = engine === 'wasm' ? 1 : batch;
  return input.kind === 'text' ? openTextEncoder(model, input, engine, { rows, tokens: 4096 }) : openE4Encoder(model, input, engine, rows);
}
