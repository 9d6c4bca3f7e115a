import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { toAfferentError } from '../../../schema/errors.ts';
import { modelsFolder } from '../../config/project.ts';
import { openModel } from '../../encoder/model.ts';
import { keptModels } from '../../store/models.ts';
import { hasStore, withStore } from '../home.ts';
import type { Verb } from '../verb.ts';

/** A model folder; all but name and error are null where it cannot be used. */
interface ModelView {
  name: string;
  id: string | null;
  thresholds: string | null;
  version: string | null;
  precision: string | null;
  license: string | null;
  input: string | null;
  card: string | null;
  heads: { head: string; type: string; grade: string }[];
  error: { code: string; message: string; hint: string } | null;
}

export const verb: Verb = {
  json: true,
  examples: ['models', 'models --json'],
  notes: 'Each head has a validity grade: validated, exploratory or weak. What a score may be used for stands in the model’s card.',
  async run(call) {
    const models = await Promise.all(readdirSync(modelsFolder).sort().map(describeModel));
    const kept = hasStore(call.config) ? await withStore(call.config, keptModels) : [];
    const keptRows = kept.map(({ id, name, version, kept_at }) => ({ id, name, version, keptAt: kept_at }));
    call.out.report({ models, kept: keptRows }, () => {
      const rows = models.flatMap((model) => (model.heads.length > 0 ? model.heads : [null]).map((head) => ({ model, head })));
      call.out.table(
        [
          { title: 'model', cell: ({ model }) => `${model.name}${model.id === null ? '' : `@${model.id.slice(0, 12)}`}` },
          { title: 'version', cell: ({ model }) => model.version },
          { title: 'head', cell: ({ model, head }) => head?.head ?? model.error?.message ?? null },
          { title: 'type', cell: ({ head }) => head?.type ?? null },
          { title: 'grade', cell: ({ head }) => head?.grade ?? null },
        ],
        rows,
      );
      if (keptRows.length > 0) call.out.line(`The home keeps ${keptRows.length} model${keptRows.length === 1 ? '' : 's'} that runs used.`);
    });
    return models.some((model) => model.error !== null) ? 1 : 0;
  },
};

async function describeModel(folder: string): Promise<ModelView> {
  try {
    const { manifest, modelId, thresholdsId, dir } = await openModel(join(modelsFolder, folder));
    const { name, version, precision, license, input } = manifest;
    const heads = manifest.heads.map((head) => ({ head: head.name, type: head.type, grade: head.grade }));
    const card = join(dir, manifest.card);
    return { name, id: modelId, thresholds: thresholdsId, version, precision, license, input: input.kind, card, heads, error: null };
  } catch (thrown) {
    const { code, message, hint } = toAfferentError(thrown);
    const unknown = { id: null, thresholds: null, version: null, precision: null, license: null, input: null, card: null };
    return { name: folder, ...unknown, heads: [], error: { code, message, hint } };
  }
}
