import type { z } from 'zod';
import { AfferentError } from '../../schema/errors.ts';
import type { E4Input, StreamInput } from '../../schema/model.ts';
import type { Arrival, ParseContext, Part } from '../../schema/source.ts';
import { recordingWindows } from '../encoder/e4/recordingWindows.ts';
import type { E4Window } from '../encoder/e4/window.ts';
import type { SignalBlock } from '../encoder/e4/windower.ts';
import type { Slice } from '../encoder/stream/block.ts';
import { recordingSlices } from '../encoder/stream/slices.ts';
import { empaticaE4 } from '../sources/empatica-e4/index.ts';

/** A recording is scored as it stands: no clock decides whether its times are to be believed. */
const context: ParseContext = { mapping: {}, zone: null, account: null, arrivedMs: Number.MAX_SAFE_INTEGER / 2, drift: () => {} };

/**
 * Windows of an Empatica E4 export, all its signals read side by side.
 * @throws AfferentError where the container or a signal cannot be read, or `not-this-kind` where it holds no signal.
 */
export async function* windowsOf(arrival: Arrival, input: z.infer<typeof E4Input>): AsyncGenerator<E4Window> {
  yield* recordingWindows(await signalsOf(arrival, Object.keys(input.signals)), input);
}

/** An Empatica E4 export from its beginning, all its signals side by side. Throws as `windowsOf` does. */
export async function* slicesOf(arrival: Arrival, input: StreamInput): AsyncGenerator<Slice> {
  yield* recordingSlices(await signalsOf(arrival, Object.keys(input.signals)), input);
}

async function signalsOf(arrival: Arrival, names: readonly string[]): Promise<Record<string, AsyncIterable<SignalBlock>>> {
  const parts = await empaticaE4.parts(arrival);
  const streams: Record<string, AsyncIterable<SignalBlock>> = {};
  for (const name of names) {
    const part = parts.find((candidate) => candidate.role === name.toLowerCase());
    if (part) streams[name] = blocksOf(part, name);
  }
  if (Object.keys(streams).length === 0) throw new AfferentError('not-this-kind');
  return streams;
}

async function* blocksOf(part: Part, signal: string): AsyncGenerator<SignalBlock> {
  for await (const parsed of empaticaE4.parse(part, await part.open(), context)) {
    if (parsed.is !== 'block') continue;
    const { sessionMs, offset, rate, channels, values } = parsed.block;
    yield { signal, startMs: sessionMs + (offset * 1000) / rate, rate, channels, values };
  }
}
