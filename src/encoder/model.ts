import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { isAbsolute, join, normalize } from 'node:path';
import { AfferentError } from '../../schema/errors.ts';
import { ModelManifest, type Precision } from '../../schema/model.ts';
import { isConsistent } from './heads/shape.ts';
import { modelIdOf, thresholdsIdOf } from './identity.ts';

/** A model folder whose files are those that its manifest names. */
export interface Model {
  dir: string;
  manifest: ModelManifest;
  /** The form that is run. */
  precision: Precision;
  /** SHA-256 over all that makes the numbers. */
  modelId: string;
  /** SHA-256 over calibration and thresholds. */
  thresholdsId: string;
  /** `name@model id`, as it stands in score rows. */
  ref: string;
  /** Absolute path of the ONNX file. */
  graphPath: string;
  /** The graph for a short text by itself, and the most tokens that such a text may have. */
  alone: { path: string; upTo: number } | null;
}

/** Name of a model as it stands in the rows of recordings that it read twice. */
export function wholeRef(model: Model): string {
  return `${model.manifest.name}@${modelIdOf(model.manifest, { whole: true })}`;
}

/**
 * Reads and checks a model folder. Every file of the manifest is hashed, so that an altered one is never run.
 * @throws AfferentError `unknown-model` where there is no such folder, `bad-model` (with the file's name or the
 *   manifest's field) where it is incomplete or altered.
 * @param precision `no-int8-form` (of fp32 `unknown-model`) where the model has no such form
 * @param masking version of the masking that its id names; today's where it is left out
 */
export async function openModel(dir: string, precision?: Precision, masking?: number): Promise<Model> {
  if (!(await isDirectory(dir))) throw new AfferentError('unknown-model');
  const manifest = await readManifest(dir);
  requireHash(manifest, 'graph', manifest.graph);
  if (manifest.alone) requireHash(manifest, 'alone.graph', manifest.alone.graph);
  for (const [name, hash] of Object.entries(manifest.files)) await checkFile(dir, name, hash);
  const odd = manifest.heads.find((head) => !isConsistent(head));
  if (odd) throw new AfferentError('bad-model', { field: `heads.${odd.name}` });
  if (precision && precision !== manifest.precision && !(precision === 'int8' && manifest.int8))
    throw new AfferentError(precision === 'int8' ? 'no-int8-form' : 'unknown-model');
  if (manifest.int8) requireHash(manifest, 'int8.graph', manifest.int8.graph);
  const modelId = modelIdOf(manifest, { precision, masking });
  return {
    dir,
    manifest,
    precision: precision ?? manifest.precision,
    modelId,
    thresholdsId: thresholdsIdOf(manifest),
    ref: `${manifest.name}@${modelId}`,
    graphPath: join(dir, manifest.graph),
    alone: manifest.alone === undefined ? null : { path: join(dir, manifest.alone.graph), upTo: manifest.alone.up_to },
  };
}

async function isDirectory(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return false;
  }
}

async function readManifest(dir: string): Promise<ModelManifest> {
  let json: unknown;
  try {
    json = JSON.parse(await readFile(join(dir, 'manifest.json'), 'utf8'));
  } catch {
    throw new AfferentError('bad-model', { what: 'manifest.json' });
  }
  const parsed = ModelManifest.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new AfferentError('bad-model', { what: 'manifest.json', field: parsed.error.issues[0]?.path.join('.') });
}

function requireHash({ files }: Pick<ModelManifest, 'files'>, field: string, graph: string): void {
  if (!(graph in files)) throw new AfferentError('bad-model', { field, what: normalize(graph) });
}

async function checkFile(dir: string, name: string, hash: string): Promise<void> {
  const inside = normalize(name);
  if (isAbsolute(inside) || inside.startsWith('..')) throw new AfferentError('bad-model', { field: 'files' });
  const digest = createHash('sha256');
  try {
    for await (const chunk of createReadStream(join(dir, inside))) digest.update(chunk);
  } catch {
    throw new AfferentError('bad-model', { what: inside });
  }
  if (digest.digest('hex') !== hash) throw new AfferentError('bad-model', { what: inside });
}
