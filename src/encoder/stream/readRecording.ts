import type { StreamInput } from '../../../schema/model.ts';
import type { Slice } from './block.ts';
import { secondBeginning } from './chain.ts';
import { type Advance, type Boundary, RecordingStream, type StreamWindow } from './stream.ts';

/** Windows of a recording from its beginning; each knows only what came before it. */
export async function* readRecording(slices: AsyncIterable<Slice>, input: StreamInput, advance: Advance): AsyncGenerator<StreamWindow> {
  const stream = new RecordingStream(input, advance);
  for await (const slice of slices) yield* stream.feed(slice);
}

/**
 * Windows of a finished recording, each knowing all of it: the first pass is read to the end, and the second begins
 * every state with what of the first is to be kept, the rest being 0.
 * @param open reads the recording from its beginning; called twice
 */
export async function* readWholeRecording(
  open: () => AsyncIterable<Slice>,
  input: StreamInput,
  advance: Advance,
  keep: readonly (readonly [number, number])[],
): AsyncGenerator<StreamWindow> {
  const beginnings: Boundary[] = [];
  const first = new RecordingStream(input, advance, { ended: (ending) => beginnings.push(restricted(ending, input, keep)) });
  for await (const slice of open()) for await (const _window of first.feed(slice));
  first.finish();
  const second = new RecordingStream(input, advance, { begin: (ordinal) => beginnings[ordinal] as Boundary });
  for await (const slice of open()) yield* second.feed(slice);
}

function restricted(ending: Boundary, input: StreamInput, keep: readonly (readonly [number, number])[]): Boundary {
  const carried = new Float32Array(input.carried);
  for (const [start, end] of keep) carried.set(ending.carried.subarray(start, end), start);
  return { carried, chain: secondBeginning(ending.chain) };
}
