import { join } from 'node:path';
import { AfferentError } from '../../schema/errors.ts';
import type { Engine } from '../../schema/model.ts';
import type { Encoder } from '../../src/encoder/encoder.ts';
import { type Model, openModel } from '../../src/encoder/model.ts';
import { openEncoder } from '../../src/encoder/open.ts';
import { openStreamEncoder, type StreamEncoder } from '../../src/encoder/stream/streamEncoder.ts';
import type { RunModel } from '../../src/store/runs.ts';

/** Rows of one pass through the graph; it changes no bit of a result. */
const batchRows = 32;

/** A model for inputs that stand by themselves, or one for streams; the other is null. */
interface Open {
  model: Model;
  encoder: Encoder | null;
  streams: StreamEncoder | null;
}

/** Encoders stay open in their thread from shard to shard: one for text, one for recordings. */
const open = new Map<string, Promise<Open>>();

/**
 * The encoder of a model that the home keeps.
 * @throws AfferentError `bad-model` when the kept folder is no longer what the run used
 */
export async function keptEncoder(models: string, wanted: RunModel, engine: Engine): Promise<Open> {
  const name = `${engine}|${wanted.folder}`;
  const known = open.get(name);
  if (known) return known;
  while (open.size >= 2) {
    const [oldest, loaded] = open.entries().next().value as [string, Promise<Open>];
    open.delete(oldest);
    const { encoder, streams } = await loaded;
    await (encoder ?? streams)?.release();
  }
  const loading = load(models, wanted, engine);
  open.set(name, loading);
  loading.catch(() => open.delete(name));
  return loading;
}

async function load(models: string, wanted: RunModel, engine: Engine): Promise<Open> {
  const model = await openModel(join(models, wanted.folder), wanted.precision, wanted.masking ?? 1);
  if (model.modelId !== wanted.id || model.thresholdsId !== wanted.thresholds) throw new AfferentError('bad-model', { what: wanted.name });
  const { input } = model.manifest;
  if (input.kind === 'e4-stream') return { model, encoder: null, streams: await openStreamEncoder(model, input, engine) };
  return { model, encoder: await openEncoder(model, engine, batchRows), streams: null };
}
