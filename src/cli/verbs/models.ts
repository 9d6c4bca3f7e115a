import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { toAfferentError } from '../../../schema/errors.ts';
import type { Precision } from '../../../schema/model.ts';
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
  /** Forms that it can be run in. */
  precisions: Precision[];
  /** That it learned, as its card says. */
  parameters: number | null;
  license: string | null;
  input: string | null;
  card: string | null;
  heads: { head: string; type: string; grade: string; figures: Record<string, string> }[];
  /** Every figure of the card, by name. */
  figures: Record<string, string>;
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
          { title: 'forms', cell: ({ model }) => model.precisions.join(', ') },
          { title: 'parameters', cell: ({ model }) => model.parameters, right: true },
          { title: 'head', cell: ({ model, head }) => head?.head ?? model.error?.message ?? null },
          { title: 'type', cell: ({ head }) => head?.type ?? null },
          { title: 'grade', cell: ({ head }) => head?.grade ?? null },
          { title: 'main figures', cell: ({ head }) => (head === null ? null : mainFigures(head.head, head.figures)) },
        ],
        rows,
      );
      for (const { name, card } of models) if (card !== null) call.out.line(`Card of ${name}: ${card}`);
      if (keptRows.length > 0) call.out.line(`The home keeps ${keptRows.length} model${keptRows.length === 1 ? '' : 's'} that runs used.`);
    });
    return models.some((model) => model.error !== null) ? 1 : 0;
  },
};

/** Those that the card calls a head's main ones, without the name of the head itself before them. */
function mainFigures(head: string, figures: Record<string, string>): string | null {
  const told = Object.entries(figures).map(
    ([name, value]) => `${name.startsWith(head) ? name.slice(head.length).replace(/^[,: ·]+/, '') : name} ${value}`,
  );
  return told.length === 0 ? null : told.join('; ');
}

async function describeModel(folder: string): Promise<ModelView> {
  try {
    const { manifest, modelId, thresholdsId, dir } = await openModel(join(modelsFolder, folder));
    const { name, version, license, input } = manifest;
    const { parameters, figures, main } = readMetrics(join(dir, manifest.metrics));
    const heads = manifest.heads.map((head) => ({
      head: head.name,
      type: head.type,
      grade: head.grade,
      figures: Object.fromEntries((main[head.name] ?? []).map((name) => [name, figures[name] ?? ''])),
    }));
    return {
      name,
      id: modelId,
      thresholds: thresholdsId,
      version,
      precisions: manifest.int8 ? [manifest.precision, 'int8'] : [manifest.precision],
      parameters,
      license,
      input: input.kind,
      card: join(dir, manifest.card),
      heads,
      figures,
      error: null,
    };
  } catch (thrown) {
    const { code, message, hint } = toAfferentError(thrown);
    const unknown = { id: null, thresholds: null, version: null, precisions: [], parameters: null, license: null, input: null, card: null };
    return { name: folder, ...unknown, heads: [], figures: {}, error: { code, message, hint } };
  }
}

/** What the metrics file has of the card: every figure, which a test compares with it, and the names of each head's main ones. */
interface Metrics {
  parameters: number | null;
  figures: Record<string, string>;
  main: Record<string, string[]>;
}

function readMetrics(path: string): Metrics {
  try {
    const { parameters = null, card = {}, main = {} } = JSON.parse(readFileSync(path, 'utf8')) as Partial<Metrics> & { card?: object };
    return { parameters, figures: Object.fromEntries(Object.entries(card).map(([name, value]) => [name, String(value)])), main };
  } catch {
    return { parameters: null, figures: {}, main: {} };
  }
}
