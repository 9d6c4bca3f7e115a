import { createHash } from 'node:crypto';
import { mkdir, open, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AfferentError } from '../../../schema/errors.ts';
import type { Int8Form } from '../../../schema/model.ts';
import type { Model } from '../model.ts';
import type { ExternalData } from '../runtime.ts';
import { type Guards, guardsOf } from './counters.ts';
import { quantise } from './quantise.ts';

/** An int8 form that is ready to be run. */
export interface Int8 {
  graphPath: string;
  weights: ExternalData;
  guards: Guards;
  /** By head. */
  margins: Readonly<Record<string, number>>;
}

/** Tensors begin at multiples of this many bytes; between them are zeros. */
const alignment = 64;

/**
 * The weights of a model's int8 form: those kept in the folder's `.cache` where they are sound, else built and kept there. A
 * folder that cannot be written is no fault: they are then built each time.
 * @throws AfferentError `no-int8-form` where the model has none, `bad-model` where what is built has not the hash
 *   that the manifest states
 */
export async function int8Weights(model: Model): Promise<Int8> {
  const form = model.manifest.int8;
  if (form === undefined) throw new AfferentError('no-int8-form');
  const kept = join(model.dir, '.cache', `int8-${form.sha256.slice(0, 32)}.bin`);
  const data = (await readKept(kept, form.sha256)) ?? (await buildAndKeep(model, form, kept));
  return {
    graphPath: join(model.dir, form.graph),
    weights: { path: form.data, data },
    guards: guardsOf(form.guards),
    margins: form.margins ?? {},
  };
}

async function readKept(path: string, sha256: string): Promise<Uint8Array | null> {
  const bytes = await readFile(path).catch(() => null);
  return bytes !== null && hashOf(bytes) === sha256 ? bytes : null;
}

async function buildAndKeep(model: Model, form: Int8Form, path: string): Promise<Uint8Array> {
  const bytes = await buildInt8(model.dir, form);
  if (hashOf(bytes) !== form.sha256) throw new AfferentError('bad-model', { what: form.data });
  try {
    await mkdir(join(model.dir, '.cache'), { recursive: true });
    const part = `${path}.${process.pid}.${process.hrtime.bigint()}.part`;
    await writeFile(part, bytes);
    await rename(part, path);
  } catch {
    // A folder that is read only: built again the next time.
  }
  return bytes;
}

function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/**
 * Builds the weights, tensor after tensor. The same folder gives the same bytes on every machine.
 * @throws AfferentError `bad-model` with the tensor's field where a part cannot be read or its sizes do not fit
 */
export async function buildInt8(dir: string, form: Int8Form): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for (const [k, { file, offset, length, rows, cols, scales, factors }] of form.built_from.entries()) {
    const field = `int8.built_from.${k}`;
    const raw = await readPart(join(dir, file), offset, length).catch(() => null);
    if (raw === null || (scales && (scales.length !== cols || rows * cols * 2 !== length))) throw new AfferentError('bad-model', { field });
    const bytes = scales ? new Uint8Array(quantise(raw, scales, factors).buffer) : raw;
    parts.push(bytes, new Uint8Array((alignment - (bytes.length % alignment)) % alignment));
  }
  return Buffer.concat(parts);
}

async function readPart(path: string, offset: number, length: number): Promise<Uint8Array> {
  const file = await open(path);
  try {
    const bytes = new Uint8Array(length);
    const { bytesRead } = await file.read(bytes, 0, length, offset);
    if (bytesRead !== length) throw new RangeError('The file ends before its tensor.');
    return bytes;
  } finally {
    await file.close();
  }
}
