import type { Engine } from '../../schema/model.ts';
import type { Store } from '../../src/store/open.ts';
import { recordingVersions } from '../../src/store/recording-versions.ts';
import type { RunModel } from '../../src/store/runs.ts';
import type { Tables } from '../../src/store/tables.ts';
import { keptEncoder } from './encoders.ts';
import type { Scored } from './score-inputs.ts';
import { streamInputIds } from './score-stream.ts';

/** What the other states of a recording, shorter and longer, mean for the windows of this one. */
export interface Grown {
  /** Windows of shorter states that this one no longer has: the samples that came since changed them. */
  stale: string[];
  /** Whether a longer state that was scored already has the window; true where there is no longer state. */
  holds(inputId: string): boolean;
}

const nothing: Grown = { stale: [], holds: () => true };

/** Compares a recording with its other frozen states. Reads them again only where there are any. */
export async function grownRecording(
  store: Store,
  models: string,
  model: RunModel,
  engine: Engine,
  input: Tables['run_input'],
  scored: readonly Scored[],
): Promise<Grown> {
  if (input.series === null) return nothing;
  const { model: loaded } = await keptEncoder(models, model, engine);
  const form = loaded.manifest.input;
  if (form.kind !== 'e4-stream') return nothing;
  const { earlier, later } = await recordingVersions(store, input);
  const mine = new Set(scored.map((one) => one.inputId));
  const stale = new Set<string>();
  for (const version of earlier) for (const id of await streamInputIds(store, form, version)) if (!mine.has(id)) stale.add(id);
  const theirs = later === null ? null : await streamInputIds(store, form, later);
  return { stale: [...stale].filter((id) => !theirs?.has(id)), holds: (id) => theirs === null || theirs.has(id) };
}
