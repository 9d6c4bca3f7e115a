import { AfferentError } from '../../schema/errors.ts';
import type { StreamInput } from '../../schema/model.ts';
import type { Arrival, ParseContext, Part } from '../../schema/source.ts';
import type { SignalPiece, Slice } from '../encoder/stream/block.ts';
import { recordingSlices } from '../encoder/stream/slices.ts';
import { empaticaE4 } from '../sources/empatica-e4/index.ts';

/** A recording is scored as it stands: no clock decides whether its times are to be believed. */
const context: ParseContext = { mapping: {}, zone: null, account: null, arrivedMs: Number.MAX_SAFE_INTEGER / 2, drift: () => {} };

/**
 * An Empatica E4 export from its beginning, all its signals side by side.
 * @throws AfferentError where the container or a signal cannot be read, or `not-this-kind` where it holds no signal.
 */
export async function* slicesOf(arrival: Arrival, input: StreamInput): AsyncGenerator<Slice> {
  yield* recordingSlices(await signalsOf(arrival, Object.keys(input.signals)), input);
}

async function signalsOf(arrival: Arrival, names: readonly string[]): Promise<Record<string, AsyncIterable<SignalPiece>>> {
  const parts = await empaticaE4.parts(arrival);
  const streams: Record<string, AsyncIterable<SignalPiece>> = {};
  for (const name of names) {
    const part = parts.find((candidate) => candidate.role === name.toLowerCase());
    if (part) streams[name] = blocksOf(part, name);
  }
  if (Object.keys(streams).length === 0) throw new AfferentError('not-this-kind');
  return streams;
}

async function* blocksOf(part: Part, signal: string): AsyncGenerator<SignalPiece> {
  for await (const parsed of empaticaE4.parse(part, await part.open(), context)) {
    if (parsed.is !== 'block') continue;
    const { sessionMs, offset, rate, channels, values } = parsed.block;
    yield { signal, startMs: sessionMs + (offset * 1000) / rate, rate, channels, values };
  }
}
