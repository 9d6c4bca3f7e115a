import { cp, mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Grade, Precision } from '../schema/model.ts';
import { preprocessing } from '../src/encoder/identity.ts';
import { type Model, openModel } from '../src/encoder/model.ts';
import { keepModel } from '../src/store/models.ts';
import type { Store } from '../src/store/open.ts';
import type { RunModel } from '../src/store/runs.ts';
import { forms, isStepForm, type StepForm } from '../src/store/signal-tables/forms.ts';

export interface WantedModels {
  /** Models of minutes and days that the study has chosen, by name; all others are run for every study. */
  chosen?: readonly string[];
  precision?: Precision;
}

/**
 * Every model that ships for what a study stores, copied into the home under its id, so that a run can be verified after an upgrade. Text
 * models first, then those of recordings, of minutes and of days.
 */
export async function keepShippedModels(
  store: Store,
  shipped: string,
  kept: string,
  { chosen = [], precision = 'fp32' }: WantedModels = {},
): Promise<RunModel[]> {
  const models: RunModel[] = [];
  const names = (await readdir(shipped, { withFileTypes: true })).filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  for (const name of names.sort()) {
    const full = await openModel(join(shipped, name));
    const input = inputOf(full.manifest.input);
    if (isStepForm(input) && !chosen.includes(full.manifest.name)) continue;
    // A model that has no int8 form is run as it is.
    const low = precision === 'int8' && full.manifest.int8 !== undefined;
    const model = low ? await openModel(full.dir, 'int8') : full;
    const folder = `${model.manifest.name}-${model.modelId.slice(0, 16)}-${model.thresholdsId.slice(0, 8)}`;
    await copyOnce(model, join(kept, folder));
    const { name: own, version } = model.manifest;
    await keepModel(store, { id: model.modelId, name: own, version, thresholds_id: model.thresholdsId, folder });
    models.push({
      name: own,
      id: model.modelId,
      thresholds: model.thresholdsId,
      folder,
      input,
      ...(model.manifest.input.kind === 'e4-stream' && isStepForm(input) && { windowS: model.manifest.input.window_s }),
      ...(low && { precision: 'int8' as const }),
      ...(model.manifest.input.kind === 'text' && { masking: preprocessing.masking }),
    });
  }
  const order = ({ input }: RunModel) => (['text', 'e4', 'minutes', 'days'] as const).indexOf(input);
  return models.sort((a, b) => order(a) - order(b) || (a.name < b.name ? -1 : 1));
}

/** A model that a study runs only where it has chosen it. */
export interface ChoosableModel {
  name: string;
  reads: StepForm;
  /** The stretch that it must have heard before it says anything, seconds. */
  windowS: number;
  heads: { head: string; grade: Grade }[];
}

/** The models that ship for minutes and days. */
export async function choosableModels(shipped: string): Promise<ChoosableModel[]> {
  const models: ChoosableModel[] = [];
  for (const entry of (await readdir(shipped, { withFileTypes: true })).filter((one) => one.isDirectory())) {
    const { manifest } = await openModel(join(shipped, entry.name));
    const reads = inputOf(manifest.input);
    if (!isStepForm(reads) || manifest.input.kind !== 'e4-stream') continue;
    models.push({
      name: manifest.name,
      reads,
      windowS: manifest.input.window_s,
      heads: manifest.heads.map(({ name, grade }) => ({ head: name, grade })),
    });
  }
  return models.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** What a model reads of a study: by the rate of its signals, a value a minute or a day. */
function inputOf(input: Model['manifest']['input']): RunModel['input'] {
  if (input.kind === 'text') return 'text';
  const slow = (Object.keys(forms) as StepForm[]).find((form) =>
    Object.values(input.signals).every(({ rate }) => Math.abs((rate * forms[form].stepMs) / 1000 - 1) < 1e-9),
  );
  return slow ?? 'e4';
}

/** The folder appears whole or not at all. */
async function copyOnce(model: Model, target: string): Promise<void> {
  if (await isWhole(model, target)) return;
  await mkdir(dirname(target), { recursive: true });
  const part = await mkdtemp(`${target}.part-`);
  try {
    for (const name of ['manifest.json', ...Object.keys(model.manifest.files)]) {
      await cp(join(model.dir, name), join(part, name), { recursive: true });
    }
    await rename(part, target);
  } catch (thrown) {
    await rm(part, { recursive: true, force: true });
    // Another worker kept it first.
    if (!(await isWhole(model, target))) throw thrown;
  }
}

/** Whether the home keeps this very model; a damaged copy is removed, to be made again. */
async function isWhole(model: Model, target: string): Promise<boolean> {
  if (!(await stat(target).catch(() => null))) return false;
  const kept = await openModel(target, model.precision).catch(() => null);
  if (kept?.modelId === model.modelId && kept.thresholdsId === model.thresholdsId) return true;
  await rm(target, { recursive: true, force: true });
  return false;
}
