import { AfferentError } from '../../schema/errors.ts';
import type { StreamInput } from '../../schema/model.ts';
import type { SignalPiece } from '../../src/encoder/stream/block.ts';
import { readRecording } from '../../src/encoder/stream/readRecording.ts';
import { recordingSlices } from '../../src/encoder/stream/slices.ts';
import type { Advance, StreamWindow } from '../../src/encoder/stream/stream.ts';
import type { Store } from '../../src/store/open.ts';
import { recordingOwner, recordingSignal } from '../../src/store/run-inputs.ts';
import type { Tables } from '../../src/store/tables.ts';
import type { Scored } from './score-inputs.ts';

type RunInput = Tables['run_input'];
type Owner = NonNullable<Awaited<ReturnType<typeof recordingOwner>>>;

/**
 * Windows of a recording, read block by block from its beginning: one that has grown since gives for what was there
 * before the same bits as then. Held are its scores, never its samples. Empty where it was erased meanwhile.
 * @throws AfferentError `too-little-signal` of one that is shorter than a window
 */
export async function scoreStream(store: Store, form: StreamInput, advance: Advance, input: RunInput): Promise<Scored[]> {
  const owner = await recordingOwner(store, input);
  if (owner === null) return [];
  const scored: Scored[] = [];
  for await (const window of readRecording(slicesOf(store, form, input), form, advance)) {
    scored.push({
      ordinal: input.ordinal,
      participant: owner.participant,
      source: owner.source,
      record: null,
      inputId: inputIdOf(store, owner, window),
      day: new Date(window.startMs).toISOString().slice(0, 10),
      timeMs: Math.round(window.startMs),
      endMs: Math.round(window.endMs),
      present: window.present,
      sinceMs: window.sinceMs,
      heads: window.result.heads,
      error: window.result.error,
    });
  }
  if (scored.length === 0) throw new AfferentError('too-little-signal');
  return scored;
}

/** Input ids of the windows of a recording, as `scoreStream` names them, without running the model. */
export async function streamInputIds(store: Store, form: StreamInput, input: RunInput): Promise<Set<string>> {
  const owner = await recordingOwner(store, input);
  if (owner === null) return new Set();
  const unread: Advance = async (carried) => ({ carried, results: [] });
  const ids = new Set<string>();
  for await (const window of readRecording(slicesOf(store, form, input), form, unread)) ids.add(inputIdOf(store, owner, window));
  return ids;
}

/** The chain names what was read; participant, recording and place keep windows apart that happen to have read the same. */
function inputIdOf(store: Store, { study, participant, sessionMs }: Owner, window: StreamWindow): string {
  return store.secrets.study(study)('input', participant, `${sessionMs}|${window.index}`, '', window.chain);
}

function slicesOf(store: Store, form: StreamInput, input: RunInput) {
  return recordingSlices(Object.fromEntries(Object.keys(form.signals).map((name) => [name, pieces(store, input, name)])), form);
}

/** The stored pieces of a signal; the store has its signals in lower case. */
async function* pieces(store: Store, input: RunInput, name: string): AsyncGenerator<SignalPiece> {
  for await (const { startMs, rate, channels, values } of recordingSignal(store, input, name.toLowerCase())) {
    yield { signal: name, startMs, rate, channels, values };
  }
}
