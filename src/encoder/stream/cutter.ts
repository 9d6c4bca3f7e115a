import { AfferentError } from '../../../schema/errors.ts';
import type { StreamInput } from '../../../schema/model.ts';
import { type BlockSignal, presentParts, type SignalPiece, type Slice, type StreamBlock } from './block.ts';

/** Samples of a signal in the block that is being filled and in the one after it, for what runs ahead. */
export interface Filling {
  /** 2 × samples × channels. */
  values: Float32Array;
  /** 1 for each sample that was recorded. */
  recorded: Uint8Array;
}

/** What a sample's place may be off by rounding of times, in samples: a tie falls the same way however it was cut. */
const slack = 1 / 1024;

/**
 * Cuts slices of any length into blocks on a grid anchored at the recording's first sample. Held are two blocks, whatever
 * the length of the recording. Of two samples for one place the first counts; one for a place already past is passed over.
 */
export class BlockCutter {
  private readonly input: StreamInput;
  /** UTC milliseconds of the grid's beginning; null before the first sample. */
  anchorMs: number | null;
  /** Number of the block that is being filled. */
  next: number;
  readonly filling: ReadonlyMap<string, Filling>;

  constructor(input: StreamInput) {
    this.input = input;
    this.anchorMs = null;
    this.next = 0;
    this.filling = new Map(
      Object.entries(input.signals).map(([name, { rate, channels }]) => {
        const samples = rate * input.block_s * 2;
        return [name, { values: new Float32Array(samples * channels), recorded: new Uint8Array(samples) }] as const;
      }),
    );
  }

  /**
   * Blocks that no later slice can change, in order.
   * @throws AfferentError `wrong-shape` where rate or channels are not those that the model was made for, or where a piece
   *   runs ahead of `untilMs` by more than a block.
   */
  *cut({ pieces, untilMs }: Slice): Generator<StreamBlock> {
    const mine = pieces.filter((piece) => piece.signal in this.input.signals && piece.values.length > 0);
    for (const piece of mine) this.check(piece);
    if (mine.length > 0) this.anchorMs ??= Math.min(...mine.map((piece) => piece.startMs));
    if (this.anchorMs === null) return;
    const placed = mine.map((piece) => ({ piece, first: this.placeOf(piece, this.anchorMs ?? 0) }));
    while (this.endOf(this.next) <= untilMs) {
      for (const { piece, first } of placed) this.fill(piece, first, 1);
      const block = this.take();
      this.next += 1;
      yield block;
    }
    for (const { piece, first } of placed) {
      this.fill(piece, first, 2);
      const end = first + piece.values.length / piece.channels;
      if (end > (this.next + 2) * this.input.block_s * piece.rate) throw new AfferentError('wrong-shape', { field: 'untilMs' });
    }
  }

  private endOf(block: number): number {
    return (this.anchorMs ?? 0) + (block + 1) * this.input.block_s * 1000;
  }

  private check(piece: SignalPiece): void {
    const spec = this.input.signals[piece.signal];
    if (piece.rate !== spec?.rate) throw new AfferentError('wrong-shape', { field: 'rate' });
    if (piece.channels !== spec.channels) throw new AfferentError('wrong-shape', { field: 'channels' });
  }

  /** Number on the signal's grid of a piece's first sample. */
  private placeOf(piece: SignalPiece, anchorMs: number): number {
    return Math.floor(((piece.startMs - anchorMs) * piece.rate) / 1000 + 0.5 + slack);
  }

  /** Takes in what of a piece falls into the next `blocks` blocks. */
  private fill({ signal, channels, rate, values }: SignalPiece, first: number, blocks: 1 | 2): void {
    const filling = this.filling.get(signal);
    if (filling === undefined) return;
    const [least, greatest] = this.input.signals[signal]?.valid ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
    const samples = rate * this.input.block_s;
    const from = this.next * samples;
    const stop = Math.min(first + Math.floor(values.length / channels), from + blocks * samples);
    for (let grid = Math.max(first, from); grid < stop; grid++) {
      const at = grid - from;
      if (filling.recorded[at] === 1) continue;
      const sample = values.subarray((grid - first) * channels, (grid - first + 1) * channels);
      if (!sample.every((value) => Number.isFinite(value) && value >= least && value <= greatest)) continue;
      filling.values.set(sample, at * channels);
      filling.recorded[at] = 1;
    }
  }

  /** The block that is full, and the next one moved into its place. */
  private take(): StreamBlock {
    const signals: Record<string, BlockSignal> = {};
    for (const [name, { values, recorded }] of this.filling) {
      const half = recorded.length / 2;
      const mask = recorded.slice(0, half);
      signals[name] = {
        values: values.slice(0, values.length / 2),
        quarters: sharesOf(mask, presentParts(this.input)),
        recorded: mask.reduce((sum, is) => sum + is, 0),
      };
      values.copyWithin(0, values.length / 2).fill(0, values.length / 2);
      recorded.copyWithin(0, half).fill(0, half);
    }
    const endMs = this.endOf(this.next);
    const empty = Object.values(signals).every((signal) => signal.recorded === 0);
    return { index: this.next, startMs: endMs - this.input.block_s * 1000, endMs, signals, empty };
  }
}

/** Share of recorded samples in each of `parts` equal parts. */
function sharesOf(recorded: Uint8Array, parts: number): Float32Array {
  const shares = new Float32Array(parts);
  recorded.forEach((is, sample) => {
    const part = Math.floor((sample * parts) / recorded.length);
    shares[part] = (shares[part] ?? 0) + is;
  });
  return shares.map((count) => (count * parts) / recorded.length);
}
