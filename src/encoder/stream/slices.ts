import type { StreamInput } from '../../../schema/model.ts';
import type { SignalPiece, Slice } from './block.ts';

interface Feed {
  name: string;
  pieces: AsyncIterator<SignalPiece>;
  /** The piece read last and not yet given on, or what is left of it; null at the end. */
  head: SignalPiece | null;
}

/**
 * Brings signals that are streams of their own side by side. Held is one piece of each signal; a slice ends where the
 * first of these pieces ends. The last slice ends with the whole blocks that the longest signal fills: a block that was
 * not recorded to its end is no part of the recording yet.
 * @throws AfferentError of a stream
 */
export async function* recordingSlices(
  streams: Readonly<Record<string, AsyncIterable<SignalPiece>>>,
  input: StreamInput,
): AsyncGenerator<Slice> {
  const feeds: Feed[] = [];
  try {
    for (const name of Object.keys(input.signals)) {
      const pieces = streams[name]?.[Symbol.asyncIterator]();
      if (pieces) feeds.push({ name, pieces, head: await nextPiece(pieces) });
    }
    for (;;) {
      const open = feeds.filter((feed) => feed.head !== null);
      if (open.length === 0) return;
      const untilMs = Math.min(...open.flatMap((feed) => (feed.head ? endOf(feed.head) : [])));
      const pieces = open.flatMap((feed) => feed.head ?? []).flatMap((piece) => partBefore(piece, untilMs) ?? []);
      yield { pieces, untilMs };
      for (const feed of open) if (feed.head) feed.head = partAfter(feed.head, untilMs) ?? (await nextPiece(feed.pieces));
    }
  } finally {
    for (const feed of feeds) await feed.pieces.return?.();
  }
}

async function nextPiece(pieces: AsyncIterator<SignalPiece>): Promise<SignalPiece | null> {
  for (;;) {
    const { done, value } = await pieces.next();
    if (done) return null;
    if (value.values.length >= value.channels) return value;
  }
}

function endOf(piece: SignalPiece): number {
  return piece.startMs + (Math.floor(piece.values.length / piece.channels) * 1000) / piece.rate;
}

/** Number of a piece's samples before a time, to within rounding of times. */
function samplesBefore(piece: SignalPiece, untilMs: number): number {
  return Math.max(0, Math.ceil(((untilMs - piece.startMs) * piece.rate) / 1000 - 1 / 1024));
}

function partBefore(piece: SignalPiece, untilMs: number): SignalPiece | null {
  const samples = samplesBefore(piece, untilMs);
  return samples === 0 ? null : { ...piece, values: piece.values.subarray(0, samples * piece.channels) };
}

function partAfter(piece: SignalPiece, untilMs: number): SignalPiece | null {
  const samples = samplesBefore(piece, untilMs);
  const values = piece.values.subarray(samples * piece.channels);
  return values.length < piece.channels ? null : { ...piece, startMs: piece.startMs + (samples * 1000) / piece.rate, values };
}
