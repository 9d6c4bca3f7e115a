import type { Transaction } from 'kysely';
import { AfferentError } from '../../schema/errors.ts';
import type { Engine, StreamInput } from '../../schema/model.ts';
import { commitInTurn } from '../../src/store/commit-in-turn.ts';
import type { Store } from '../../src/store/open.ts';
import { type RecordingVersions, recordingVersions, sameVersions } from '../../src/store/recording-versions.ts';
import type { RunModel } from '../../src/store/runs.ts';
import type { Tables } from '../../src/store/tables.ts';
import { keptEncoder } from './encoders.ts';
import type { Scored } from './score-inputs.ts';
import { streamInputIds } from './score-stream.ts';

type RunInput = Tables['run_input'];

/** What the other states of a recording, shorter and longer, mean for the windows of this one. */
export interface Grown {
  /** The states that it was compared with. */
  versions: RecordingVersions;
  /** Windows of shorter states that this one no longer has: the samples that came since changed them. None where this one has no scores itself. */
  stale: string[];
  /** Whether a longer state that was scored already has the window; true where there is no longer state. */
  holds(inputId: string): boolean;
}

const nothing: Grown = { versions: { earlier: [], later: null }, stale: [], holds: () => true };

/** Compares a recording with its other frozen states. Reads them again only where there are any. */
export async function grownRecording(
  store: Store,
  models: string,
  model: RunModel,
  engine: Engine,
  input: RunInput,
  scored: readonly Scored[],
): Promise<Grown> {
  if (input.series === null) return nothing;
  const { model: loaded } = await keptEncoder(models, model, engine);
  const form = loaded.manifest.input;
  if (form.kind !== 'e4-stream') return nothing;
  const versions = await recordingVersions(store.db, input);
  const stale = new Set<string>();
  // One that failed, as by a rate that the model does not take, is `later` to none either: the others keep what they have until it can be read.
  if (scored.some(({ error }) => error === null)) {
    const mine = new Set(scored.map((one) => one.inputId));
    for (const version of versions.earlier) for (const id of await idsUnlessGone(store, form, version)) if (!mine.has(id)) stale.add(id);
  }
  const theirs = versions.later === null ? null : await idsUnlessGone(store, form, versions.later);
  return { versions, stale: [...stale].filter((id) => !theirs?.has(id)), holds: (id) => theirs === null || theirs.has(id) };
}

/**
 * Commits a recording with what its other states mean for it. They are compared before, for as long as that takes, and looked for again where
 * it is committed: another run may have scored one meanwhile.
 */
export async function commitRecording(
  store: Store,
  input: RunInput,
  compare: () => Promise<Grown>,
  write: (tx: Transaction<Tables>, grown: Grown) => Promise<void>,
): Promise<void> {
  for (let written = false; !written; ) {
    const grown = await compare();
    const unchanged = async (tx: Transaction<Tables>) => sameVersions(await recordingVersions(tx, input), grown.versions);
    written = await commitInTurn(store, input.participant ?? '', unchanged, (tx) => write(tx, grown));
  }
}

/** Of somebody who has withdrawn meanwhile none. */
async function idsUnlessGone(store: Store, form: StreamInput, version: RunInput): Promise<Set<string>> {
  try {
    return await streamInputIds(store, form, version);
  } catch (thrown) {
    if (thrown instanceof AfferentError && thrown.code === 'key-gone') return new Set();
    throw thrown;
  }
}
